"""Which cases differ between us and an agency (*avstämning*). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from hub.model.agency_told import Listed
from hub.model.collection_cases import Case, CaseState


class Differs(StrEnum):
    """How a case differs."""

    NOT_THERE = "not_there"  # we have it open, the agency has not
    NOT_HERE = "not_here"  # the agency has it open, and it is none of ours
    ENDED_HERE = "ended_here"  # the agency has it open, and it has ended here
    AMOUNT = "amount"  # another principal is left
    UNANSWERED = "unanswered"  # its claim was handed over, and the agency has never acknowledged it


class CaseDifference(NamedTuple):
    """One case that differs; amounts are what is left of the principal, None: not known."""

    how: str
    case_no: int | None
    claim_id: str
    agency_case_no: str
    invoice_no: str
    ours_ore: int | None
    theirs_ore: int | None
    state: str = ""
    handed_over_on: str = ""  # ISO date, of one that is unanswered


def differences(
    cases: Iterable[Case], listed: Sequence[Listed], unanswered: Mapping[int, str], listed_on: str
) -> Iterator[CaseDifference]:
    """Yield the cases that differ; a case that is just being told, or taken back, is not missed there.

    `unanswered` are the days of claims that have arrived and were never answered, by case; those of the day of the list
    or later are no difference yet.
    """
    ours = {case.case_no: case for case in cases}
    there = {one.case_no: one for one in listed if one.case_no is not None}
    for number, case in ours.items():
        if case.state == CaseState.ACCEPTED and number not in there:
            yield _difference(Differs.NOT_THERE, case, None)
        if case.is_open and unanswered.get(number, listed_on) < listed_on:
            found = _difference(Differs.UNANSWERED, case, there.get(number))
            yield found._replace(handed_over_on=unanswered[number])
    for one in listed:
        known = ours.get(one.case_no or 0)
        if known is None:
            yield CaseDifference(
                Differs.NOT_HERE, None, one.claim_id, one.agency_case_no, one.invoice_no, None, one.principal_left_ore
            )
        elif not known.is_open:
            yield _difference(Differs.ENDED_HERE, known, one)
        elif one.principal_left_ore is not None and one.principal_left_ore != _left(known):
            yield _difference(Differs.AMOUNT, known, one)


def _difference(how: Differs, case: Case, listed: Listed | None) -> CaseDifference:
    return CaseDifference(
        how,
        case.case_no,
        case.claim_id,
        case.agency_case_no,
        listed.invoice_no if listed is not None else "",
        _left(case),
        listed.principal_left_ore if listed is not None else None,
        case.state,
    )


def _left(case: Case) -> int:
    return case.principal_ore - case.principal_told_ore
