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
from hub.model.collection_cases import Case
from hub.model.tenant import Tenant
from hub.rules.collection.meaning import meant, of_their_number
from hub.services.collection.payout_rows import PayoutRows
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

    def __init__(self, tenant: Tenant, agency: str, exchange_no: int, company: str = "") -> None:
        """`company`: what a person has said of settlement rows whose invoice several companies have."""
        self._agency = agency
        self._payouts = PayoutRows(tenant, agency, company)
        self._companies = [company.number for company in tenant.companies]
        self._exchange_no = exchange_no
        self._next_no = 1
        self._reference = ""
        self._unsure: dict[CaseRef, Sequence[Case]] = {}  # what rows of settlements may mean
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
                self._payouts.open(event)
            rows.append(self._row(event, cases))
        work.agency_told.add(rows)

    def tell_apart(self, work: UnitOfWork) -> None:
        """Write down which cases the rows of settlements mean, now that all of the file is known."""
        work.agency_told.note_meant(self._exchange_no, self._payouts.tell_apart(work, self.opened.series))

    def _row(self, event: AgencyEvent, cases: dict[tuple[CaseRef, str], int]) -> Told:
        body = covered(event, *_FREE_TEXTS)._asdict()
        number = None
        if isinstance(event, _OF_CASES):
            number = cases.get((event.case, getattr(event, "order_key", "")))
            body["case"] = event.case._asdict()
        if isinstance(event, SettlementRow):
            self._payouts.note(self._next_no, event, number, self._unsure.get(event.case, ()))
        if isinstance(event, SettlementRow | SettlementClosed):
            body["payout_reference"] = self._reference
        told = Told(self._exchange_no, self._next_no, KINDS[type(event)], number, json.dumps(body, ensure_ascii=False))
        self._next_no += 1
        return told

    def _cases(self, work: UnitOfWork, events: Sequence[AgencyEvent]) -> dict[tuple[CaseRef, str], int]:
        """Return which case each event is about: by our id, the order, the agency's number, then the invoice.

        An id or an order that we never gave is not made up for by the invoice: another creditor has invoices too.
        """
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
                is_by_invoice = case.invoice_no and not (case.claim_id or key)
                of_invoice = by_invoice.get(case.invoice_no, ()) if is_by_invoice else ()
                possible = of_them or of_their_number(of_invoice, case.agency_case_no)
                is_sure = len({one.receivable_id for one in possible}) == 1
                if isinstance(event, SettlementRow) and not is_sure:
                    self._unsure[case] = possible
                elif (one := meant(possible)) is not None:
                    found[case, key] = one.case_no
            if isinstance(event, Receipt) and event.agency_case_no and (case, key) in found:
                self._numbers[event.agency_case_no] = found[case, key]
        return found

    def _ordered(self, work: UnitOfWork, keys: Sequence[str]) -> dict[str, int]:
        """Return the cases of orders that this agency has had."""
        orders = work.collection_orders.by_keys(keys)
        cases = work.collection_cases.get_all([order.case_no for order in orders.values()])
        return {key: order.case_no for key, order in orders.items() if cases[order.case_no].agency == self._agency}


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
