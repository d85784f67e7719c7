"""What people and the core ledger do about mandates and requests."""

from __future__ import annotations

from hub.errors import DataError, IdentifierError, RuleViolation
from hub.identifiers import bank_account_number, organisation_number, personal_identity_number
from hub.model.direct_debits import MandateOrderKind
from hub.model.mandate_commands import (
    AnswerMandate,
    CancelMandate,
    CancelPaymentRequest,
    ChangePayerNumber,
    RegisterMandate,
    SeeDirectDebit,
)
from hub.model.mandates import ENDED, Mandate, MandateState, Via
from hub.model.tenant import Tenant
from hub.rules.mandates.payer_numbers import compose, problem_of
from hub.rules.mandates.proof import plain_account
from hub.services.books import Handlers
from hub.services.mandates.collecting import Collector, collector_named, known_mandate_no
from hub.services.mandates.ordering import about_mandate
from hub.services.mandates.seeing import close_answered, see_direct_debit
from hub.services.mandates.taking_back import take_back
from hub.services.mandates.telling import WISH, tell_mandates
from hub.services.ports import JsonObject, UnitOfWork

_ASKS = (MandateState.ASKED, MandateState.CHANGING)  # what its order asks for has not been answered
CLAIM = "mandates"  # two who register the same payer number see each other


def register_mandate(work: UnitOfWork, tenant: Tenant, command: RegisterMandate) -> JsonObject:
    """Register a mandate, and let an order for it wait for the next file.

    Raises:
        ConfigurationError: the company does not collect by direct debit.
        DataError: payer number, account or identity cannot be right, or the mandate is there already.
    """
    work.commands.claim(CLAIM)
    by = collector_named(work, tenant, command.company)
    made = _as_told(by, command)
    earlier = work.mandates.of_payers(by.account_no, [made.payer_number]).get(made.payer_number)
    if earlier is not None and earlier.state not in ENDED:
        raise DataError(f"mandate {earlier.mandate_no} has this payer number and is {earlier.state}")
    mandate = put(work, made, earlier)
    if not command.is_registered:
        work.scheme_orders.add([about_mandate(mandate, MandateOrderKind.NEW)])
    tell_mandates(work, [mandate], user=command.user)
    return {"mandate_no": mandate.mandate_no, "payer_number": mandate.payer_number, "state": mandate.state}


def put(work: UnitOfWork, made: Mandate, earlier: Mandate | None) -> Mandate:
    """Write a mandate: a new one, or in place of one with its payer number that has ended."""
    if earlier is None:
        return work.mandates.add([made])[0]
    again = made._replace(mandate_no=earlier.mandate_no, made_at=earlier.made_at)
    work.mandates.change([again])
    return again


def _as_told(by: Collector, command: RegisterMandate) -> Mandate:
    rule = by.settings.payer_number
    link = rule.link(debtor_number=command.debtor_number, identity=command.payer_identity)
    number = command.payer_number or compose(rule, link)
    problem = problem_of(rule, number)
    if problem:
        raise IdentifierError(problem)
    if not command.is_registered and not command.payer_number and not command.payer_account:
        raise DataError("payer_account: the clearing house needs the account of the payer")
    if bool(command.payer_account) is not bool(command.payer_identity):
        raise DataError("payer_account and payer_identity belong together: give both, or neither")
    state = MandateState.ACTIVE if command.is_registered else MandateState.ASKED
    return Mandate(
        mandate_no=0,
        company=by.company.number,
        account_no=by.account_no,
        payer_number=number,
        state=state,
        via=Via.REGISTER if command.is_registered else Via.PAPER,
        link_kind=by.link_kind,
        link=link,
        source_system=command.source_system,
        payer_account=plain_account(bank_account_number.validate(command.payer_account))
        if command.payer_account
        else "",
        payer_identity=long_identity(command.payer_identity),
        payer_name=command.payer_name,
    )


def long_identity(identity: str) -> str:
    """Return twelve digits: a personal number with its century, or 00 and an organisation number; blank stays blank.

    Raises IdentifierError when it is neither.
    """
    if not identity:
        return ""
    if organisation_number.is_valid(identity):
        return f"00{organisation_number.validate(identity)[-10:]}"
    return personal_identity_number.validate(identity)


def cancel_mandate(work: UnitOfWork, _tenant: Tenant, command: CancelMandate) -> JsonObject:
    """End a mandate: an order that has not gone is withdrawn, else one waits for the next file.

    Its requests that are under way stay as they are: the clearing house answers them, or a person takes them back.

    Raises:
        DataError: there is no such mandate.
        RuleViolation: it has ended, or the clearing house has been asked for its new payer number.
    """
    mandate = _held(work, command.mandate_no)
    if mandate.state in ENDED:
        raise RuleViolation(f"mandate {mandate.mandate_no} is {mandate.state} already")
    has_waited = mandate.state in _ASKS and work.scheme_orders.withdraw_of_mandate(mandate.mandate_no)
    if mandate.state == MandateState.CHANGING and not has_waited:
        # An order names one number: by the old one it ends nothing once the change is done, and the new one stands.
        raise RuleViolation(
            f"mandate {mandate.mandate_no} is {mandate.state}: nothing is collected by it; cancel it when the advice "
            "about its new payer number has been received"
        )
    was_never_asked = mandate.state == MandateState.ASKED and has_waited
    is_wish = mandate.state == MandateState.WISHED
    state = MandateState.CANCELLED if was_never_asked or is_wish else MandateState.CANCELLING
    ended = mandate._replace(state=state, new_payer_number="", reason=command.remark)
    work.mandates.change([ended])
    kind = MandateOrderKind.REJECT if is_wish else MandateOrderKind.CANCEL
    if not was_never_asked:
        work.scheme_orders.add([about_mandate(ended, kind)])
    tell_mandates(work, [ended], user=command.user)
    work.commands.close_task(WISH, str(mandate.mandate_no))
    return {"mandate_no": ended.mandate_no, "state": ended.state}


def change_payer_number(work: UnitOfWork, tenant: Tenant, command: ChangePayerNumber) -> JsonObject:
    """Ask for another payer number; nothing is collected by the mandate until the clearing house has answered.

    Raises:
        DataError: there is no such mandate, or the number cannot be right or is another mandate's.
        RuleViolation: it is not active, or requests by it are live.
    """
    mandate = _held(work, command.mandate_no)
    by = collector_named(work, tenant, mandate.company)
    problem = problem_of(by.settings.payer_number, command.payer_number)
    if problem:
        raise IdentifierError(problem)
    if mandate.state != MandateState.ACTIVE:
        raise RuleViolation(f"mandate {mandate.mandate_no} is {mandate.state}: only an active one gets another number")
    if work.mandates.of_payers(by.account_no, [command.payer_number]):
        raise DataError("another mandate has this payer number")
    live = work.payment_requests.live_of_mandates([mandate.mandate_no])
    if live:
        raise RuleViolation(f"request {live[0].request_no} by it is {live[0].state}: wait until it has been answered")
    changing = mandate._replace(state=MandateState.CHANGING, new_payer_number=command.payer_number, reason="")
    work.mandates.change([changing])
    work.scheme_orders.add([about_mandate(changing, MandateOrderKind.CHANGE_PAYER_NUMBER)])
    tell_mandates(work, [changing], user=command.user)
    return {"mandate_no": changing.mandate_no, "state": changing.state}


def answer_mandate(work: UnitOfWork, tenant: Tenant, command: AnswerMandate) -> JsonObject:
    """Approve or reject what a payer asked for in the internet bank.

    Raises:
        DataError: there is no such mandate.
        RuleViolation: it does not wait for an answer.
    """
    mandate = _held(work, command.mandate_no)
    if mandate.state != MandateState.WISHED:
        raise RuleViolation(f"mandate {mandate.mandate_no} is {mandate.state}: it waits for no answer")
    by = collector_named(work, tenant, mandate.company)
    link = by.settings.payer_number.link(debtor_number=command.debtor_number, identity="") or mandate.link
    answered = mandate._replace(
        state=MandateState.ASKED if command.approve else MandateState.REFUSED,
        link=link,
        source_system=command.source_system or mandate.source_system,
        reason=command.remark,
    )
    work.mandates.change([answered])
    kind = MandateOrderKind.APPROVE if command.approve else MandateOrderKind.REJECT
    work.scheme_orders.add([about_mandate(answered, kind)])
    tell_mandates(work, [answered], user=command.user)
    work.commands.close_task(WISH, str(mandate.mandate_no))
    return {"mandate_no": answered.mandate_no, "state": answered.state}


def cancel_payment_request(work: UnitOfWork, tenant: Tenant, command: CancelPaymentRequest) -> JsonObject:
    """Take a request back; one whose day has passed without an answer is given up.

    Raises:
        DataError: there is no such request.
        RuleViolation: it has ended, or it is no longer in time.
    """
    request = work.payment_requests.get(command.request_no)
    if request is None:
        raise DataError(f"there is no payment request {command.request_no}; see: hub payment-requests list")
    work.receivables.lock([request.receivable_id])
    taken = take_back(work, collector_named(work, tenant, request.company), request, command.remark, user=command.user)
    close_answered(work, [taken])
    return {"request_no": taken.request_no, "state": taken.state}


def _held(work: UnitOfWork, mandate_no: int) -> Mandate:
    """Return a mandate that nobody else changes before the transaction ends. Raises DataError."""
    work.commands.claim(CLAIM)
    mandate = work.mandates.get(mandate_no)
    if mandate is None:
        raise known_mandate_no(mandate_no)
    return mandate


MANDATE_HANDLERS: Handlers = {
    RegisterMandate: register_mandate,
    CancelMandate: cancel_mandate,
    ChangePayerNumber: change_payer_number,
    AnswerMandate: answer_mandate,
    CancelPaymentRequest: cancel_payment_request,
    SeeDirectDebit: see_direct_debit,
}
