"""One chunk of a file of answers: what it makes of mandates and requests, kept in memory and written at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hub.model.direct_debits import (
    InternetBankMandate,
    MandateAdvice,
    Refund,
    RegisteredMandate,
    RequestChanged,
    RequestOutcome,
    RequestRejected,
    SchemeAnswer,
)
from hub.model.mandates import DrawnRequest, Mandate, NewOrder
from hub.model.payment_file import PayeeAccount
from hub.model.tenant import Tenant
from hub.rules.mandates.outcomes import (
    answered,
    is_about_several,
    meant,
    meant_together,
    named_by,
    refused_whole,
)
from hub.rules.mandates.proof import plain_account
from hub.services.mandates.advising import Debtors, apply_advice, apply_rejections
from hub.services.mandates.collecting import Collector, collectors_by_account
from hub.services.mandates.seeing import close_answered
from hub.services.mandates.telling import ODD_ANSWER, tell_mandates, tell_requests
from hub.services.mandates.wishing import answer_wish, debtors_meant
from hub.services.payees import Payees
from hub.services.ports import UnitOfWork
from hub.services.ports.mandates import RegisterRow

RequestAnswer = RequestOutcome | Refund | RequestRejected | RequestChanged
_OF_MANDATES = (MandateAdvice, InternetBankMandate)
_OF_REQUESTS = (RequestOutcome, Refund, RequestRejected, RequestChanged)


class Place(NamedTuple):
    """Where an answer belongs."""

    answer: SchemeAnswer
    by: Collector


class Answers:
    """Applies the answers of one chunk in one transaction."""

    def __init__(self, work: UnitOfWork, tenant: Tenant, exchange_no: int, payee: PayeeAccount | None) -> None:
        """`payee` is the file's own, of answers that name none."""
        self._work = work
        self._exchange_no = exchange_no
        self._payee = payee
        self._collectors = collectors_by_account(work, tenant)  # first: it gives payee accounts their numbers
        self._payees = Payees(tenant, work.accounts.numbers())
        self.counted: Counter[str] = Counter()

    def apply(self, answers: Sequence[SchemeAnswer], first_row: int) -> Counter[str]:
        """Apply answers in their order; return how many there were of each kind, and how many were of nobody here."""
        placed = [place for answer in answers if (place := self._place(answer)) is not None]
        self._about_mandates([one for one in placed if isinstance(one.answer, _OF_MANDATES)])
        self._about_requests([one for one in placed if isinstance(one.answer, _OF_REQUESTS)])
        self._keep_register(placed, first_row)
        return self.counted

    def _place(self, answer: SchemeAnswer) -> Place | None:
        payee = self._payees.find(answer.payee or self._payee)
        by = self._collectors.get(payee.account_no) if payee is not None else None
        self.counted["foreign" if by is None else type(answer).__name__] += 1
        return None if by is None else Place(answer, by)

    # --- mandates ---------------------------------------------------------------------------------------------------

    def _about_mandates(self, placed: Sequence[Place]) -> None:
        for account_no, places in _by_account(placed).items():
            numbers = {one.answer.payer_number for one in places if isinstance(one.answer, _OF_MANDATES)}
            known = self._work.mandates.of_payers(account_no, numbers)
            debtors = debtors_meant(self._work, places[0].by, numbers)
            changed: dict[str, Mandate] = {}
            orders: list[NewOrder] = []
            for answer, by in places:
                if isinstance(answer, MandateAdvice):
                    after = self._advised(by, answer, known.get(answer.payer_number), debtors)
                elif isinstance(answer, InternetBankMandate):
                    found = debtors.get(answer.payer_number, [])
                    after, order = answer_wish(self._work, by, answer, found, known.get(answer.payer_number))
                    orders.append(order) if order is not None else None
                else:
                    continue
                if after is not None:
                    known[answer.payer_number] = changed[answer.payer_number] = after
            self._write_mandates(list(changed.values()))
            self._work.scheme_orders.add(_numbered(orders, changed))

    def _advised(
        self, by: Collector, advice: MandateAdvice, mandate: Mandate | None, debtors: Debtors
    ) -> Mandate | None:
        return apply_advice(self._work, by, advice, mandate, debtors, exchange_no=self._exchange_no)

    def _write_mandates(self, changed: Iterable[Mandate]) -> None:
        marked = {one.mandate_no: one._replace(exchange_no=self._exchange_no) for one in changed}
        self._work.mandates.change(list(marked.values()))
        tell_mandates(self._work, marked.values(), exchange_no=self._exchange_no)

    # --- requests ---------------------------------------------------------------------------------------------------

    def _about_requests(self, placed: Sequence[Place]) -> None:
        for account_no, places in _by_account(placed).items():
            pairs = [(one.answer, named_by(one.answer)) for one in places if isinstance(one.answer, _OF_REQUESTS)]
            known = self._work.payment_requests.of_payers(account_no, {named.payer_number for _, named in pairs})
            changed: dict[int, DrawnRequest] = {}
            rejected: list[tuple[DrawnRequest, RequestRejected]] = []
            for answer, named in pairs:
                own = known.get(named.payer_number, [])
                found = _meant(answer, own)
                if not found:
                    self._odd(answer, refused_whole(answer) or "means no request of ours")
                for request in found:
                    after = self._after(request, answer)
                    if after != request:
                        changed[request.request_no] = after
                        own[own.index(request)] = after
                        rejected += [(after, answer)] if isinstance(answer, RequestRejected) else []
            self._work.payment_requests.change(list(changed.values()))
            tell_requests(self._work, changed.values(), exchange_no=self._exchange_no)
            close_answered(self._work, changed.values())
            apply_rejections(self._work, rejected, exchange_no=self._exchange_no)

    def _after(self, request: DrawnRequest, answer: RequestAnswer) -> DrawnRequest:
        found = answered(request, answer)
        if found.is_odd:
            self._odd(answer, f"does not fit request {request.request_no}, which is {request.state}")
        is_told = (found.state, found.reason) != (request.state, request.reason) or found.on_date
        if not is_told:
            return request
        return request._replace(
            state=found.state,
            reason=found.reason,
            is_repeatable=int(found.is_repeatable) if found.state != request.state else request.is_repeatable,
            on_date=found.on_date or request.on_date,
            moves_to="",
            exchange_no=self._exchange_no,
        )

    def _odd(self, answer: RequestAnswer, why: str) -> None:
        """Ask a person to look at an answer: no payer number in the text, since it may be a personal number."""
        self.counted["odd"] += 1
        said = (
            f"exchange {self._exchange_no}, line {answer.line}: the answer {why}; look at the file and the bank's word"
        )
        self._work.commands.open_task(ODD_ANSWER, f"{self._exchange_no}:{answer.line}", said)

    # --- the register -----------------------------------------------------------------------------------------------

    def _keep_register(self, placed: Sequence[Place], first_row: int) -> None:
        rows: list[RegisterRow] = []
        for number, (answer, by) in enumerate(placed, first_row):
            if isinstance(answer, RegisteredMandate):
                who = (answer.payer_number, plain_account(answer.payer_account), answer.payer_identity)
                rows.append((number, by.company.number, by.account_no, *who, int(answer.is_under_question)))
        self._work.mandate_registers.keep(self._exchange_no, rows)


def _meant(answer: RequestAnswer, own: Sequence[DrawnRequest]) -> list[DrawnRequest]:
    if isinstance(answer, RequestChanged) and is_about_several(answer):
        return meant_together(answer, own)
    found = meant(named_by(answer), own)
    return [] if found is None else [found]


def _by_account(placed: Iterable[Place]) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = {}
    for one in placed:
        found.setdefault(one.by.account_no, []).append(one)
    return found


def _numbered(orders: Iterable[NewOrder], changed: dict[str, Mandate]) -> list[NewOrder]:
    """Return answers to wishes with the numbers of the mandates that were made of them."""
    found = []
    for one in orders:
        mandate = changed.get(one.body["payer_number"])
        found.append(one if mandate is None else one._replace(mandate_no=mandate.mandate_no))
    return found
