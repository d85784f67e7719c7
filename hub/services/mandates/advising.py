"""What advices and rejected requests make of our mandates; an advice of one that we do not have makes it known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.model.direct_debits import AdviceOutcome, MandateAdvice, RequestRejected
from hub.model.mandates import DrawnRequest, Mandate, MandateState, Via
from hub.rules.mandates.advices import NUMBER_CHANGED, advised, because
from hub.rules.mandates.outcomes import mandate_after
from hub.rules.mandates.proof import plain_account
from hub.rules.mandates.wishes import DebtorFound
from hub.services.mandates.collecting import Collector
from hub.services.mandates.telling import ODD_ADVICE, tell_mandates
from hub.services.ports import UnitOfWork

Debtors = Mapping[str, Sequence[DebtorFound]]
"""By payer number, who may be meant."""


def apply_advice(
    work: UnitOfWork,
    by: Collector,
    advice: MandateAdvice,
    mandate: Mandate | None,
    debtors: Debtors,
    *,
    exchange_no: int,
) -> Mandate | None:
    """Return the mandate as it stands after an advice; None when it changes nothing. A person is told of odd ones."""
    if mandate is None:
        return _unknown(work, by, advice, debtors, exchange_no)
    found = advised(mandate, advice)
    if found is None:
        return None
    reason = because(advice)
    if found.is_odd:
        said = f"the advice about mandate {mandate.mandate_no}, which is {mandate.state}, says: {reason}"
        work.commands.open_task(ODD_ADVICE, str(mandate.mandate_no), said)
    return mandate._replace(
        state=found.state,
        reason=reason,
        payer_number=mandate.new_payer_number if found.has_new_number else mandate.payer_number,
        new_payer_number="" if found.state != MandateState.CHANGING else mandate.new_payer_number,
        payer_account=plain_account(advice.payer_account) or mandate.payer_account,
        payer_identity=advice.payer_identity or mandate.payer_identity,
    )


def _unknown(
    work: UnitOfWork, by: Collector, advice: MandateAdvice, debtors: Debtors, exchange_no: int
) -> Mandate | None:
    """Make a mandate known that the clearing house has created and we do not have; others mean nothing here.

    A task names the line and no payer number, which may be a personal number.
    """
    if advice.outcome == AdviceOutcome.ENDED and advice.information.name == NUMBER_CHANGED:
        return None  # the number that a mandate has left already
    if advice.outcome != AdviceOutcome.CREATED:
        said = f"exchange {exchange_no}, line {advice.line}: an advice means no mandate of ours ({because(advice)})"
        work.commands.open_task(ODD_ADVICE, f"{exchange_no}:{advice.line}", said)
        return None
    made = known_there(by, advice.payer_number, debtors, account=advice.payer_account, identity=advice.payer_identity)
    (mandate,) = work.mandates.add([made._replace(reason=because(advice))])
    return mandate


def apply_rejections(
    work: UnitOfWork, rejected: Sequence[tuple[DrawnRequest, RequestRejected]], *, exchange_no: int
) -> None:
    """End or stop mandates that the clearing house does not have or has stopped, as it says of requests by them.

    Nothing more is collected by them, and a person is told: our books say otherwise. A payer's mandate that ended or
    stood still after the request went, and collects again, is not the one that a late rejection speaks of.
    """
    mandates = work.mandates.get_all({request.mandate_no for request, _ in rejected})
    found = [(request, mandate_after(mandates[request.mandate_no], answer.reason)) for request, answer in rejected]
    ended = [(request, after) for request, after in found if after is not None]
    late = work.mandates.renewed_since([request.request_no for request, _ in ended])
    changed: dict[int, Mandate] = {}
    for request, after in ended:
        if request.request_no in late or after.mandate_no in changed:
            continue
        changed[after.mandate_no] = after._replace(exchange_no=exchange_no)
        said = (
            f"mandate {after.mandate_no} was active here, and exchange {exchange_no} rejects request "
            f"{request.request_no}: {after.reason}. It is {after.state} now: ask the payer for a new one, or, where "
            "the clearing house's register has it, hub mandates proof --adopt"
        )
        work.commands.open_task(ODD_ADVICE, str(after.mandate_no), said)
    work.mandates.change(list(changed.values()))
    tell_mandates(work, changed.values(), exchange_no=exchange_no)


def known_there(
    by: Collector, payer_number: str, debtors: Debtors, *, account: str, identity: str, is_under_question: bool = False
) -> Mandate:
    """Return a mandate that the clearing house has and we do not, for the debtor that its payer number means."""
    found = debtors.get(payer_number, ())
    sole = found[0] if len(found) == 1 else DebtorFound("", "")
    return Mandate(
        mandate_no=0,
        company=by.company.number,
        account_no=by.account_no,
        payer_number=payer_number,
        state=MandateState.QUESTIONED if is_under_question else MandateState.ACTIVE,
        via=Via.REGISTER,
        link_kind=by.link_kind,
        link=sole.link,
        source_system=sole.source_system,
        payer_account=plain_account(account),
        payer_identity=identity,
    )
