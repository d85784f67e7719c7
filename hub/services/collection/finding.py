"""Cases by their numbers, for those who name them."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.collection_cases import Case, CaseState
from hub.services.ports import UnitOfWork


def case_of(work: UnitOfWork, case_no: int) -> Case:
    """Return a case, locked. Raises DataError when there is none."""
    found = work.collection_cases.lock([case_no])
    if case_no not in found:
        raise DataError(f"there is no case {case_no}; see: hub collection cases")
    return found[case_no]


def open_case(work: UnitOfWork, case_no: int) -> Case:
    """Return a case whose agency may be told more of it, locked.

    Raises:
        DataError: there is no such case.
        RuleViolation: it has ended, or has been taken back.
    """
    case = case_of(work, case_no)
    if not case.is_open or case.state == CaseState.RECALLING:
        raise RuleViolation(f"case {case_no} is {case.state}: the agency is told nothing more of it")
    return case
