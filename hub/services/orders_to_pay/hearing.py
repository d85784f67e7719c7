"""What the authority tells, by a person or in a file: it is applied once, and what does not fit is for a person."""

from __future__ import annotations

from typing import NamedTuple

from hub.errors import DataError, RuleViolation
from hub.identifiers.identity_key import may_be_same
from hub.model.order_to_pay_commands import TellOrderToPay
from hub.model.order_to_pay_files import CaseTold, FileReceipt
from hub.model.orders_to_pay import OURS, Happening, OrderState, OrderToPay, Said
from hub.model.tenant import Tenant
from hub.rules.orders_to_pay.states import next_state
from hub.rules.orders_to_pay.taking_back import lasting
from hub.services.books.finding import find_company
from hub.services.orders_to_pay.collecting import debit_collected, share_out
from hub.services.orders_to_pay.filing import files_of
from hub.services.orders_to_pay.following import HUB
from hub.services.orders_to_pay.looking import source_of
from hub.services.orders_to_pay.lowering import refuse_lowered
from hub.services.orders_to_pay.making import answer_of
from hub.services.orders_to_pay.means import Means
from hub.services.orders_to_pay.paying_out import CLAIM
from hub.services.orders_to_pay.telling import find_order, tell
from hub.services.orders_to_pay.undelivered import not_reached
from hub.services.ports import JsonObject, UnitOfWork

OUR_MOVES = frozenset({Happening.COMPLETED, Happening.TRANSFERRED_TO_COURT})
"""What goes on because we ask for it: not before the authority knows what is owed."""


class ToldOnPaper:
    """Carries out the command by which a person says what the authority has told."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def __call__(self, work: UnitOfWork, tenant: Tenant, told: TellOrderToPay) -> JsonObject:
        """Let an application go on as the authority says.

        Raises:
            DataError: there is none; the day cannot be; or a decision's costs, or a case number, are missing.
            RuleViolation: it is something that we do ourselves, cannot happen now, or waits for a reduction; or a
                reference rate that is needed is not known.
        """
        if told.happening in OURS:
            raise RuleViolation(f"{told.happening} is not told by the authority: it has a command of its own")
        work.commands.claim(CLAIM)
        order = find_order(work, told.order_no, to_change=True)
        _refuse_backwards(order, told)
        if told.happening in OUR_MOVES:
            refuse_lowered(work, order)
        said = Said(
            told.happening,
            told.on.isoformat(),
            told.user,
            text=told.text,
            case_no=told.case_no,
            amount_ore=_amount_told(tenant, order, told.happening, told.costs_ore, told.interest_ore),
        )
        return answer_of(work, _let_happen(work, tenant, order, said, self._means))


def _let_happen(work: UnitOfWork, tenant: Tenant, order: OrderToPay, said: Said, means: Means) -> OrderToPay:
    """Let something happen to an application, and debit the interest that it reports. Raises as `tell`."""
    is_report = said.happening is Happening.ENFORCEMENT_REPORT
    collected_ore = said.amount_ore if is_report else 0
    rates = means.rates() if collected_ore else None
    shares = {} if rates is None else share_out(work, tenant, order.order_no, collected_ore, said.on_day, rates)
    moved = tell(work, tenant, order, said, means.interrupt)
    debit_collected(
        work, tenant, work.orders_to_pay.claims(order.order_no), shares, said.on_day, source_of(order.order_no)
    )
    return moved


def _amount_told(
    tenant: Tenant, order: OrderToPay, happening: Happening, costs_ore: int | None, interest_ore: int | None
) -> int:
    """Return the amount that belongs to what happened. Raises DataError as `awarded`, or for interest elsewhere."""
    costs = awarded(tenant, order, happening, costs_ore)
    if interest_ore and happening is not Happening.ENFORCEMENT_REPORT:
        raise DataError("interest_ore belongs to an enforcement report alone: leave it out")
    return costs or interest_ore or 0


def _refuse_backwards(order: OrderToPay, told: TellOrderToPay) -> None:
    moves = next_state(OrderState(order.state), told.happening) != order.state
    if moves and told.on.isoformat() < order.state_since:
        raise DataError(
            f"{told.on} lies before {order.state_since}, since when application {order.order_no} is {order.state}: see "
            f"to the day, or take the last step back by hub orders-to-pay take-back {order.order_no}"
        )


def awarded(tenant: Tenant, order: OrderToPay, happening: Happening, costs_ore: int | None) -> int:
    """Return the costs that a decision awards; they are never guessed where they are booked.

    Raises:
        DataError: the settings book them, and the decision does not say them; or something else says costs.
    """
    if happening is not Happening.DECIDED:
        if costs_ore:
            raise DataError("costs_ore belongs to a decision alone: leave it out")
        return 0
    if costs_ore is None and find_company(tenant, order.company).orders_to_pay.books_costs:
        raise DataError(
            "the decision's costs are booked, and it does not say them: give costs_ore, 0 where it has none"
        )
    return costs_ore or 0


class Applied(NamedTuple):
    """What became of one thing that a file tells."""

    is_new: bool  # False: it was known already
    problem: str = ""  # why it was not applied, for a person


def apply_told(work: UnitOfWork, tenant: Tenant, told: CaseTold, exchange_no: int, means: Means) -> Applied:
    """Apply what a file tells of one case, once."""
    order = _order_of(work, told)
    if isinstance(order, str):
        return Applied(is_new=False, problem=order)
    try:
        amount_ore = _amount_told(tenant, order, told.happening, told.costs_ore, told.interest_ore)
        text = " ".join(part for part in (told.code, told.text) if part)
        said = Said(told.happening, told.on_day, HUB, text, told.case_no, amount_ore, exchange_no)
        if _is_known(work, order, said):
            return Applied(is_new=False)
        _let_happen(work, tenant, order, said, means)
    except (DataError, RuleViolation) as error:
        return Applied(is_new=False, problem=f"application {order.order_no}, {told.happening}: {error}")
    return Applied(is_new=True)


def _order_of(work: UnitOfWork, told: CaseTold) -> OrderToPay | str:
    """Return the application that is meant, or why nobody can say which it is."""
    if told.order_no:
        order = work.orders_to_pay.get(told.order_no, to_change=True)
        return order if order is not None else f"there is no application {told.order_no}, and a file tells of it"
    found = work.orders_to_pay.by_case(told.case_no)
    if len(found) != 1:
        how_many = "no application has" if not found else f"{len(found)} applications have"
        return f"{how_many} the case number {told.case_no or '(none)'}, and a file tells that it is {told.happening}"
    return find_order(work, found[0].order_no, to_change=True)


def _is_known(work: UnitOfWork, order: OrderToPay, said: Said) -> bool:
    """Say whether it was told before. Reports of enforcement may be several of a day: each says something else."""
    if said.case_no and order.case_no and said.case_no != order.case_no:
        return False
    steps = [step for step in lasting(work.orders_to_pay.steps(order.order_no)) if step.happening == said.happening]
    if said.happening is Happening.ENFORCEMENT_REPORT:
        return (said.on_day, said.text, said.amount_ore) in [
            (step.on_day, step.text, step.amount_ore) for step in steps
        ]
    return said.on_day in [step.on_day for step in steps]


class FromFile(NamedTuple):
    """Whose file tells something, and to whom it was sent."""

    exchange_no: int
    filer: str
    applicant: str = ""  # organisation number; blank: the file does not say


def apply_receipt(
    work: UnitOfWork, tenant: Tenant, receipt: FileReceipt, source: FromFile, means: Means
) -> list[Applied]:
    """Apply the receipt of a file of ours to every application that went in it.

    Files are numbered for each applicant: one that is not named is meant only where no other has a file of the number.
    An application that was filed once more since, in another file, is not meant.
    """
    happening = Happening.RECEIPT_OK if receipt.is_accepted else Happening.RECEIPT_REJECTED
    found = _filed_in(work, tenant, receipt, source)
    if isinstance(found, str):
        return [Applied(is_new=False, problem=found)]
    waiting = [one for one in found if one.state in (OrderState.LEAVING, OrderState.FILED)]
    if not found and receipt.is_accepted:
        return [Applied(is_new=False)]  # of a reduction or withdrawal: the case itself tells what came of it
    if not found:
        return _refused_changes(work, tenant, receipt, source, means)
    told = [CaseTold(happening, receipt.on_day, one.order_no, text=receipt.text, code=receipt.code) for one in waiting]
    return [apply_told(work, tenant, one, source.exchange_no, means) for one in told] or [Applied(is_new=False)]


def _refused_changes(
    work: UnitOfWork, tenant: Tenant, receipt: FileReceipt, source: FromFile, means: Means
) -> list[Applied]:
    """Let the reductions or withdrawals of a refused file not have reached the authority."""
    text = f"{receipt.code} {receipt.text}".strip()
    ours = sorted({one.organisation_number for one in tenant.companies})
    applicants = [one for one in ours if not source.applicant or may_be_same(one, source.applicant)]
    files = [files_of(work, source.filer, one, receipt.file_no) for one in applicants]
    orders = [order for found in files for order in found]
    said = Said(Happening.CHANGE_NOT_DELIVERED, receipt.on_day, HUB, text, exchange_no=source.exchange_no)
    if sum(bool(found) for found in files) != 1:
        return [Applied(is_new=False, problem=f"file {receipt.file_no} was refused: {text}")]
    return [Applied(is_new=not_reached(work, tenant, order, said, means.interrupt)) for order in orders]


def _filed_in(work: UnitOfWork, tenant: Tenant, receipt: FileReceipt, source: FromFile) -> list[OrderToPay] | str:
    """Return the applications that a receipt is of, or why nobody can say which they are."""
    found = work.orders_to_pay.of_file(source.filer, receipt.file_no)
    applicants = {one.order_no: find_company(tenant, one.company).organisation_number for one in found}
    if source.applicant:
        return [one for one in found if may_be_same(applicants[one.order_no], source.applicant)]
    if len(set(applicants.values())) > 1:
        return (
            f"{len(set(applicants.values()))} applicants have a file {receipt.file_no}, and the receipt does not say "
            f"whose it is: tell each application what came of it: {', '.join(str(one.order_no) for one in found)}"
        )
    return found
