"""Answering mandates that payers ask for in the internet bank."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hub.model.direct_debits import InternetBankMandate, MandateOrderKind
from hub.model.mandates import Mandate, MandateState, NewOrder, Via
from hub.rules.mandates.payer_numbers import links_in
from hub.rules.mandates.proof import plain_account
from hub.rules.mandates.wishes import Answer, DebtorFound, answer_to
from hub.services.mandates.collecting import Collector
from hub.services.mandates.ordering import about_mandate, rejection
from hub.services.mandates.telling import WISH
from hub.services.ports import UnitOfWork


def debtors_meant(work: UnitOfWork, by: Collector, payer_numbers: Collection[str]) -> dict[str, list[DebtorFound]]:
    """Return by payer number the debtors that it may mean: those of the likeliest number that anybody has."""
    links = {number: links_in(by.settings.payer_number, number) for number in payer_numbers}
    wanted = {link for some in links.values() for link in some}
    known = work.mandates.debtors(by.company.number, by.link_kind, wanted) if wanted else {}
    return {number: next((known[one] for one in some if one in known), []) for number, some in links.items()}


def answer_wish(
    work: UnitOfWork,
    by: Collector,
    wish: InternetBankMandate,
    debtors: Sequence[DebtorFound],
    earlier: Mandate | None,
) -> tuple[Mandate | None, NewOrder | None]:
    """Return the mandate that a wish makes, and the answer that waits for the next file; a person may have to answer.

    A reminder of a wish that has been answered is answered once more.
    """
    found = answer_to(wish.payer_number, list(debtors), earlier, by.settings)
    if found.answer is Answer.REJECT:
        work.events.record("mandate_rejected", company=by.company.number, line=wish.line, reason=found.reason)
        return None, rejection(by.company.number, by.account_no, wish.payer_number)
    mandate = _wished(work, by, wish, debtors, earlier)._replace(reason=found.reason)
    if found.answer is Answer.APPROVE:
        asked = mandate._replace(state=MandateState.ASKED)
        return asked, about_mandate(asked, MandateOrderKind.APPROVE)
    number = mandate.mandate_no
    said = (
        f"mandate {number} was asked for in the internet bank ({found.reason}): hub mandates approve or reject {number}"
    )
    work.commands.open_task(WISH, str(number), said)
    return mandate, None


def _wished(
    work: UnitOfWork, by: Collector, wish: InternetBankMandate, debtors: Sequence[DebtorFound], earlier: Mandate | None
) -> Mandate:
    sole = debtors[0] if len(debtors) == 1 else DebtorFound("", "")
    made = Mandate(
        mandate_no=0 if earlier is None else earlier.mandate_no,
        company=by.company.number,
        account_no=by.account_no,
        payer_number=wish.payer_number,
        state=MandateState.WISHED,
        via=Via.INTERNET_BANK,
        link_kind=by.link_kind,
        link=sole.link,
        source_system=sole.source_system,
        payer_account=plain_account(wish.payer_account),
        payer_identity=wish.payer_identity,
        payer_name=wish.name,
        made_at=work.now if earlier is None else earlier.made_at,
    )
    return work.mandates.add([made])[0] if earlier is None else made
