"""Reading what an agency's file says: event by event, kept, each with the case that it is about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from hub.contracts import CollectionAgency
from hub.errors import FormatError, HubError
from hub.identifiers.masking import covered
from hub.model.agency_told import Told
from hub.model.collection import (
    AgencyEvent,
    CaseClosed,
    CaseListed,
    CaseRef,
    Closed,
    Opened,
    Receipt,
    SettlementClosed,
    SettlementOpened,
    SettlementRow,
    StatusTold,
)
from hub.model.collection_cases import Case, CaseState
from hub.model.tenant import Tenant
from hub.services.ports import UnitOfWork

KINDS: dict[type[tuple[Any, ...]], str] = {
    Receipt: "receipt",
    StatusTold: "status",
    SettlementOpened: "settlement_opened",
    SettlementRow: "settlement_row",
    SettlementClosed: "settlement_closed",
    CaseClosed: "case_closed",
    CaseListed: "case_listed",
}
_TYPES: dict[str, Any] = {kind: event for event, kind in KINDS.items()}
_FREE_TEXTS = ("text", "said")  # what an agency writes as it likes, personal numbers among it
_OF_CASES = (Receipt, StatusTold, SettlementRow, CaseClosed, CaseListed)


class Head(NamedTuple):
    """How a file begins, and how many events it says to have."""

    opened: Opened
    events: int


def read_events(agency: CollectionAgency, stream: BinaryIO) -> Iterator[AgencyEvent]:
    """Yield what a file says. Raises FormatError, also for a defect of the adapter."""
    is_open, is_closed, is_settling, count = False, False, False, 0
    try:
        for event in agency.read(stream):
            if not is_open and not isinstance(event, Opened):
                raise FormatError("the file does not begin with its head", code="HEAD_MISSING")
            is_open = True
            is_settling = is_settling or isinstance(event, SettlementOpened)
            if isinstance(event, SettlementRow | SettlementClosed) and not is_settling:
                raise FormatError("a settlement's row stands before its head", code="SETTLEMENT_HEAD_MISSING")
            is_closed = isinstance(event, Closed)
            count += not isinstance(event, Opened | Closed)
            if isinstance(event, Closed) and event.events != count:
                raise FormatError(f"the file states {event.events} events and has {count}", code="COUNT_DIFFERS")
            yield event
    except FormatError:
        raise
    except HubError as error:
        raise FormatError(str(error), code=error.code) from error
    except Exception as error:  # an adapter's defect; its text may hold data
        raise FormatError(
            f"the agency {agency.name} is broken: {type(error).__name__}", code="READER_DEFECT"
        ) from error
    if not is_closed:
        raise FormatError("the file has no end: it was cut", code="CUT")


class Keeper:
    """Keeps the events of one file, in order; a settlement's rows carry its reference."""

    def __init__(self, tenant: Tenant, agency: str, exchange_no: int) -> None:
        self._agency = agency
        self._companies = [company.number for company in tenant.companies]
        self._exchange_no = exchange_no
        self._next_no = 1
        self._reference = ""
        self._numbers: dict[str, int] = {}  # cases by the agency's numbers, as receipts of this file give them
        self.opened = Opened()

    def keep(self, work: UnitOfWork, events: Sequence[AgencyEvent]) -> None:
        """Write some events down."""
        told = [event for event in events if not isinstance(event, Opened | Closed)]
        heads = [event for event in events if isinstance(event, Opened)]
        self.opened = heads[0] if heads else self.opened
        cases = self._cases(work, told)
        rows = []
        for event in told:
            if isinstance(event, SettlementOpened):
                self._reference = event.payout_reference
            rows.append(self._row(event, cases))
        work.agency_told.add(rows)

    def _row(self, event: AgencyEvent, cases: dict[tuple[CaseRef, str], int]) -> Told:
        body = covered(event, *_FREE_TEXTS)._asdict()
        number = None
        if isinstance(event, _OF_CASES):
            number = cases.get((event.case, getattr(event, "order_key", "")))
            body["case"] = event.case._asdict()
        if isinstance(event, SettlementRow | SettlementClosed):
            body["payout_reference"] = self._reference
        told = Told(self._exchange_no, self._next_no, KINDS[type(event)], number, json.dumps(body, ensure_ascii=False))
        self._next_no += 1
        return told

    def _cases(self, work: UnitOfWork, events: Sequence[AgencyEvent]) -> dict[tuple[CaseRef, str], int]:
        """Return which case each event is about: by our id, the order, the agency's number, then the invoice."""
        asked = [(one.case, getattr(one, "order_key", "")) for one in events if isinstance(one, _OF_CASES)]
        by_claim = work.collection_cases.by_claim([case.claim_id for case, _ in asked if case.claim_id])
        ordered = self._ordered(work, [key for _, key in asked if key])
        numbers = [case.agency_case_no for case, _ in asked if case.agency_case_no]
        by_number = work.collection_cases.by_their_number(self._agency, numbers)
        invoices = [case.invoice_no for case, _ in asked if case.invoice_no]
        by_invoice = work.collection_cases.by_invoice(self._agency, self._companies, invoices)
        found: dict[tuple[CaseRef, str], int] = {}
        for event in events:
            if not isinstance(event, _OF_CASES):
                continue
            case, key = event.case, getattr(event, "order_key", "")
            claimed = by_claim.get(case.claim_id)
            if claimed is not None and claimed.agency == self._agency:
                found[case, key] = claimed.case_no
            elif key in ordered:
                found[case, key] = ordered[key]
            elif case.agency_case_no in self._numbers:
                found[case, key] = self._numbers[case.agency_case_no]
            else:
                of_them = by_number.get(case.agency_case_no, ()) if case.agency_case_no else ()
                of_invoice = by_invoice.get(case.invoice_no, ()) if case.invoice_no else ()
                meant = _meant(of_them) or (None if of_them else _meant(of_invoice))
                if meant is not None:
                    found[case, key] = meant.case_no
            if isinstance(event, Receipt) and event.agency_case_no and (case, key) in found:
                self._numbers[event.agency_case_no] = found[case, key]
        return found

    def _ordered(self, work: UnitOfWork, keys: Sequence[str]) -> dict[str, int]:
        """Return the cases of orders that this agency has had."""
        orders = work.collection_orders.by_keys(keys)
        cases = work.collection_cases.get_all([order.case_no for order in orders.values()])
        return {key: order.case_no for key, order in orders.items() if cases[order.case_no].agency == self._agency}


def _meant(cases: Sequence[Case]) -> Case | None:
    """Return the case that is meant: the only open one, else the latest that the agency has taken.

    Cases of one invoice are of one receivable: money that comes late finds it whichever of them it is told of.
    """
    is_open = [case for case in cases if case.is_open]
    if is_open:
        return is_open[0] if len(is_open) == 1 else None
    taken = [case for case in cases if case.state != CaseState.REFUSED] or list(cases)
    return max(taken) if len({case.receivable_id for case in taken}) == 1 else None


def event_of(told: Told) -> Any:
    """Return a kept event as it was read."""
    body = json.loads(told.body)
    kind = _TYPES[told.kind]
    if "case" in body:
        body["case"] = CaseRef(**body["case"])
    return kind(**{name: body[name] for name in kind._fields})


def reference_of(told: Told) -> str:
    """Return the settlement that a row or an end is of."""
    return str(json.loads(told.body).get("payout_reference", ""))
