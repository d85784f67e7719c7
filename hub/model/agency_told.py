"""What agencies have told, as it is kept. Amounts are whole öre, dates ISO text."""

from __future__ import annotations

from typing import NamedTuple


class Told(NamedTuple):
    """One event of an agency's file, in the order of its table's columns."""

    exchange_no: int
    told_no: int
    kind: str
    case_no: int | None  # None: a case that is not known
    body: str  # JSON
    state: str = "read"  # then applied, or stray
    remark: str = ""


class Meant(NamedTuple):
    """The case that an event of a file turned out to be about; None: it may be one of several, of companies `of`."""

    told_no: int
    case_no: int | None
    of: str = ""


class Listed(NamedTuple):
    """A case that an agency has open, by its latest list, in the order of its table's columns."""

    row_no: int
    exchange_no: int
    case_no: int | None
    claim_id: str
    agency_case_no: str
    invoice_no: str
    stage: str
    principal_left_ore: int | None


class Ready(NamedTuple):
    """Orders that may share a message: of one agency, organisation number and step; claims apart from all else."""

    agency: str
    organisation_number: str
    step: str
    is_claim: int
