"""Approving refunds (*attest*), and taking one back before it is ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.errors import DataError, RuleViolation
from hub.model.refund_commands import ApproveRefunds, WithdrawRefund
from hub.model.refunds import LIVE, Approval, Refund, RefundState
from hub.model.tenant import Tenant
from hub.rules.refunds.deciding import is_same_person
from hub.services.ports import JsonObject, UnitOfWork


def approve_refunds(work: UnitOfWork, _tenant: Tenant, command: ApproveRefunds) -> JsonObject:
    """Write that a person approves refunds; all of them, or none when one may not be approved.

    Raises:
        DataError: there is no such refund, or one stands twice.
        RuleViolation: one waits for no approval, was asked for by the same person, or has their approval already.
    """
    refunds = refunds_named(work, command.refunds)
    given = work.refunds.approvals(command.refunds)
    for one in refunds.values():
        if problem := _why_not(one, given.get(one.refund_no, ()), command.user):
            raise RuleViolation(problem)
    work.refunds.approve(refunds, command.user)
    ready = [
        number for number, one in refunds.items() if len(given.get(number, ())) + 1 >= one.approvals_needed
    ]  # fmt: skip
    work.refunds.change(ready, state=RefundState.APPROVED)
    for number, one in refunds.items():
        work.events.record(
            "refund_approved",
            refund_no=number,
            company=one.company,
            user=command.user,
            is_ready=number in ready,
            command_key=command.key,
        )
    return {"approved": len(refunds), "ready": ready}


def _why_not(one: Refund, given: Sequence[Approval], user: str) -> str:
    if one.state != RefundState.ASKED:
        return f"refund {one.refund_no} is {one.state}: it waits for no approval"
    if is_same_person(one.asked_by, user):
        return f"refund {one.refund_no} was asked for by {user}: another person approves it"
    if any(is_same_person(earlier.approved_by, user) for earlier in given):
        return f"{user} has approved refund {one.refund_no} already: it needs another person too"
    return ""


def withdraw_refund(work: UnitOfWork, _tenant: Tenant, command: WithdrawRefund) -> JsonObject:
    """Take a refund back that has not been ordered. Raises DataError, RuleViolation."""
    one = refunds_named(work, (command.refund_no,))[command.refund_no]
    if one.state not in LIVE:
        raise RuleViolation(
            f"refund {one.refund_no} is {one.state}: only one that has not been ordered can be withdrawn; what the "
            "bank did with it is said by: hub refunds decide"
        )
    work.refunds.change([one.refund_no], state=RefundState.WITHDRAWN, reason=command.reason)
    work.commands.close_task("refund_waits", str(one.refund_no))
    work.events.record(
        "refund_withdrawn",
        refund_no=one.refund_no,
        company=one.company,
        reason=command.reason,
        user=command.user,
        command_key=command.key,
    )
    return {"refund_no": one.refund_no, "state": RefundState.WITHDRAWN}


def refunds_named(work: UnitOfWork, numbers: Sequence[int]) -> Mapping[int, Refund]:
    """Return refunds by number, held. Raises DataError when one is not there or stands twice."""
    found = work.refunds.get_all(numbers, locked=True)
    missing = [number for number in numbers if number not in found]
    if missing:
        raise DataError(f"there is no refund {missing[0]}; see: hub refunds list")
    if len(found) < len(numbers):
        raise DataError("a refund stands twice: name each once")
    return found
