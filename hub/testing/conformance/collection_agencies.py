"""The checks that every adapter of a collection agency (*inkassobolag*) must pass, both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.contracts import AttachingAgency, CollectionAgency, DoubtedAgency
from hub.model.collection import (
    AgencyDoubt,
    AgencyEvent,
    AgencyTerms,
    CaseBatch,
    CaseClosed,
    CaseListed,
    CaseOrder,
    Closed,
    ClosingCode,
    CollectionStep,
    Manner,
    Opened,
    OrderKind,
    Payee,
    Receipt,
    SettlementClosed,
    SettlementOpened,
    SettlementRow,
    Stage,
    StatusTold,
    StepTerms,
)
from hub.testing.conformance.told_files import Desk, FetchedFilesConformance, refuses
from hub.testing.sample_cases import CLAIM, ODD_CLAIMS, TERMS, batch_of, order_of

_OF_CASES = (Receipt, StatusTold, SettlementRow, CaseClosed, CaseListed)


class CollectionAgencyConformance(FetchedFilesConformance):
    """Inherit this in a class whose name begins with `Test`, and say how the adapter is made."""

    _contract, _opened, _closed = CollectionAgency, Opened, Closed

    def make_desk(self) -> Desk[CollectionAgency]:
        """Return a new adapter with a place of its own that nothing waits in; an API that leaves no files, it alone."""
        raise NotImplementedError("make_desk must return the adapter, and the agency's side of its files")

    def told_samples(self) -> Mapping[str, bytes]:
        """Return whole files of the agency, each with a name: with a receipt, a status, a settlement and a closing."""
        raise NotImplementedError("told_samples must return files of the agency")

    # What it is

    def test_each_step_says_whom_the_debtor_pays(self) -> None:
        steps = self._agency().steps

        assert steps, "it takes no step: nothing can ever be handed over"
        assert all(isinstance(step, CollectionStep) for step in steps), "a step is no CollectionStep"
        assert all(isinstance(terms, StepTerms) and isinstance(terms.payee, Payee) for terms in steps.values()), (
            "a step does not say whom the debtor pays"
        )

    def test_doubts_of_its_settings_say_what_to_do(self) -> None:
        agency = self._agency()
        doubts = agency.doubts(AgencyTerms(organisation_number="")) if isinstance(agency, DoubtedAgency) else ()

        assert all(isinstance(one, AgencyDoubt) and one.message.strip() for one in doubts), "a doubt says nothing"

    # Writing

    def test_documents_beside_a_claim_have_names_of_their_own(self) -> None:
        agency = self._agency()
        orders = [self._order(order_key=key) for key in ("O-1", "O-2")]
        told = [agency.attachments(order) for order in orders] if isinstance(agency, AttachingAgency) else []
        names = [one.name for found in told for one in found]

        assert len(names) == len(set(names)), "two claims' documents have files of one name"
        assert all(name and "/" not in name for name in names), "a document's file has a folder in its name, or none"
        if isinstance(agency, AttachingAgency):
            assert not agency.attachments(self._order(OrderKind.RECALL)), "documents go with what is no claim"

    def test_the_same_batch_gives_the_same_bytes(self) -> None:
        taken = [one for one in map(self._order, OrderKind) if not self._refuses(one)]
        wrong = [one.kind for one in taken if self._written(one) != self._written(one)]

        assert not wrong, f"made again it has other bytes: {wrong}"

    def test_every_order_is_in_what_is_written(self) -> None:
        orders = [
            self._order(order_key=key, claim=_numbered(number))
            for key, number in (("O-1", "4711001"), ("O-2", "4711002"))
        ]
        said = "".join(self._said(*some) for some in (([one] for one in orders) if self._is_at_once else [orders]))

        assert "4711001" in said, "the first order's invoice number is not in it"
        assert "4711002" in said, "the second order's invoice number is not in it"

    def test_other_orders_give_other_bytes(self) -> None:
        agency = self._agency()
        pairs = [(self._order(), self._order(claim=_numbered("4711001"))), *self._pairs_of_amounts()]
        taken = [pair for pair in pairs if not any(map(agency.why_not, pair))]
        alike = [one.kind for one, other in taken if self._written(one) == self._written(other)]

        assert not alike, f"two orders that differ in number or amount look the same there: {alike}"

    def test_what_cannot_be_held_is_refused(self) -> None:
        agency = self._agency()
        passed = [one.kind for one in self._odd_orders() if agency.why_not(one) and not self._refuses(one)]

        assert not passed, f"why_not says why they cannot be written, and they are: {len(passed)}"
        assert not agency.why_not(self._order()), "why_not has something against an ordinary claim"

    def test_what_can_be_held_is_written(self) -> None:
        agency = self._agency()
        refused = [one.kind for one in self._odd_orders() if not agency.why_not(one) and self._refuses(one)]

        assert not refused, f"why_not has nothing against them, and they are refused: {refused}"

    def test_no_reason_names_the_debtor(self) -> None:
        reasons = [self._agency().why_not(one) for one in self._odd_orders()]
        named = [one for one in reasons if CLAIM.debtor.identity in one or CLAIM.debtor.name in one]

        assert not named, "a reason holds the debtor's number or name: it is shown and logged"

    # Reading

    def test_samples_tell_of_everything(self) -> None:
        told = {type(event) for event in self._told()}
        missing = {Receipt, StatusTold, SettlementRow, CaseClosed} - told

        assert not missing, f"no sample has a {', '.join(sorted(kind.__name__ for kind in missing))}"

    def test_what_is_told_is_of_a_case(self) -> None:
        lost = [event for event in self._told() if isinstance(event, _OF_CASES) and not _is_of_a_case(event)]

        assert not lost, f"told of no case that anybody could find: {len(lost)}"

    def test_stages_and_codes_are_the_hubs_own(self) -> None:
        told = self._told()
        stages = {event.stage for event in told if isinstance(event, StatusTold)} - set(Stage)
        codes = {event.code for event in told if isinstance(event, CaseClosed)} - set(ClosingCode)

        assert not stages | codes, f"words of the agency that nobody here knows: {sorted(stages | codes)}"

    def test_settlements_open_have_rows_and_close(self) -> None:
        wrong = [name for name, data in self.told_samples().items() if not _settlements_are_whole(self._read(data))]

        assert not wrong, f"rows outside a settlement, or one that does not add up: {wrong}"

    # Fetching

    # What the checks are made of

    def _agency(self) -> CollectionAgency:
        return self.make_desk().adapter

    def _file_names(self) -> Sequence[str]:
        other_terms = TERMS.model_copy(update={"customer_no": "7654321", "organisation_number": "2021005489"})
        batches = [self._batch(), self._batch(file_no=18), self._batch()._replace(terms=other_terms, key="B-2")]
        if self._is_at_once:
            batches = [self._batch(order_key=key) for key in ("O-1", "O-2", "O-3")]
        return [self._agency().file_name(batch) for batch in batches]

    def _counts(self, closed: Closed, told: Sequence[Any]) -> bool:
        return closed.events == len(told)

    @property
    def _is_at_once(self) -> bool:
        return self._agency().manner is Manner.AT_ONCE

    def _order(self, kind: OrderKind = OrderKind.CLAIM, **other: Any) -> CaseOrder:
        step = list(self._agency().steps)[-1]
        return order_of(kind, **{"step": step, **other})

    def _batch(self, *, file_no: int = 17, **order: Any) -> CaseBatch:
        return batch_of(self._order(**order), file_no=0 if self._is_at_once else file_no)

    def _written(self, *orders: CaseOrder) -> bytes:
        return self._agency().write(batch_of(*orders, file_no=0 if self._is_at_once else 17))

    def _said(self, *orders: CaseOrder) -> str:
        return self._written(*orders).decode("latin-1")

    def _odd_orders(self) -> list[CaseOrder]:
        claims = [self._order(claim=claim) for claim in ODD_CLAIMS]
        return [*claims, *(self._order(kind) for kind in OrderKind)]

    def _pairs_of_amounts(self) -> list[tuple[CaseOrder, CaseOrder]]:
        """Return orders of which the second is of another amount."""
        payment, credit = self._order(OrderKind.DIRECT_PAYMENT), self._order(OrderKind.CREDIT)
        assert payment.payment is not None
        assert credit.credit is not None
        less = {"amount_ore": payment.payment.amount_ore - 1}
        lower = {"amount_ore": credit.credit.amount_ore - 1}
        owed = CLAIM.line.model_copy(update={"principal_open_ore": CLAIM.line.principal_open_ore - 1})
        return [
            (self._order(), self._order(claim=CLAIM.model_copy(update={"lines": (owed,)}))),
            (payment, payment.model_copy(update={"payment": payment.payment.model_copy(update=less)})),
            (credit, credit.model_copy(update={"credit": credit.credit.model_copy(update=lower)})),
        ]

    def _refuses(self, order: CaseOrder) -> bool:
        return refuses(lambda: self._written(order))

    def _told(self) -> list[AgencyEvent]:
        return [event for data in self.told_samples().values() for event in self._read(data)]


def _numbered(number: str) -> Any:
    line = CLAIM.line.model_copy(update={"invoice_no": number})
    return CLAIM.model_copy(update={"lines": (line,)})


def _is_of_a_case(event: Any) -> bool:
    return any(event.case) or bool(getattr(event, "order_key", ""))


def _settlements_are_whole(events: list[AgencyEvent]) -> bool:
    """Say whether rows stand within settlements, and what is stated of them, and in them, adds up."""
    rows: list[SettlementRow] | None = None
    for event in events:
        if isinstance(event, SettlementOpened):
            if rows is not None or not event.payout_reference:
                return False
            rows = []
        elif isinstance(event, SettlementRow):
            if rows is None or event.collected_ore - event.commission_ore - event.vat_ore != event.net_ore:
                return False
            rows.append(event)
        elif isinstance(event, SettlementClosed):
            if rows is None or event.rows not in (None, len(rows)):
                return False
            if event.net_ore not in (None, sum(row.net_ore for row in rows)):
                return False
            rows = None
    return rows is None
