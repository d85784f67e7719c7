"""Handing receivables over to an agency: their cases, holds, steps, claims and vouchers, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from hub.model.claims import Claim, as_json
from hub.model.collection import OrderKind
from hub.model.collection_cases import Case
from hub.model.collection_settings import TransferRule
from hub.model.dunning_plans import BY_AGENCY, OpenDebt, PlanItem, StepTaken
from hub.model.receivables import NewHold
from hub.model.tenant import Tenant
from hub.rules.charges import Cause
from hub.rules.collection.telling import Left
from hub.services.collection.agencies import Agencies
from hub.services.collection.ordering import Draft, source_of, tell, write_orders
from hub.services.collection.transfer_accounts import Moved, move
from hub.services.ports import UnitOfWork

TRANSFERRED = "case_transferred"  # event
BY_BUCKET = ("principal_ore", "fee_ore", "interest_ore")
_TOLD = ("principal_told_ore", "fee_told_ore", "interest_told_ore")


class Handed(NamedTuple):
    """One receivable that is handed over."""

    item: PlanItem
    debt: OpenDebt
    rule: TransferRule
    claim: Claim
    case: Case
    is_new: bool
    settles: bool  # now: not at a step before


def hand_over(work: UnitOfWork, tenant: Tenant, agencies: Agencies, handed: Sequence[Handed], *, run_no: int) -> None:
    """Write the cases and their claims, settle what is settled, and tell the agency by orders."""
    if not handed:
        return
    new = _held(work, agencies, [one for one in handed if one.is_new])
    work.collection_cases.add([one.case for one in new])
    further = [one for one in handed if not one.is_new]
    work.collection_cases.change_each([one.case for one in further], "step", "rule", "claim_version")
    anew = [one.case for one in further if one.settles]
    work.collection_cases.change_each(anew, "is_settled", *BY_BUCKET, *_TOLD)
    work.collection_cases.keep_claims(
        (one.case.case_no, json.dumps(as_json(one.claim), ensure_ascii=False), one.claim.sha256) for one in handed
    )
    write_orders(work, [Draft(one.case, OrderKind.CLAIM, {}, one.rule.step) for one in handed])
    _mark_steps(work, handed)
    _settle(work, tenant, handed, run_no=run_no)
    for one in handed:
        told = {"number": one.debt.number, "source_system": one.debt.source_system, "open_ore": one.debt.open_ore}
        sums = {name: getattr(one.case, name) for name in BY_BUCKET}
        tell(work, TRANSFERRED, one.case, **told, **sums, plan_no=one.case.plan_no, claim_sha256=one.claim.sha256)


def _held(work: UnitOfWork, agencies: Agencies, new: Sequence[Handed]) -> list[Handed]:
    """Set the hold, and the watch where one is agreed, of what is handed over for the first time."""
    agreed = [agencies.agreement(one.case.agency, one.case.organisation_number) for one in new]
    holds = [
        NewHold(one.debt.receivable_id, agreement.hold_code, f"at {one.case.agency}", source_of(one.case), None)
        for one, agreement in zip(new, agreed, strict=True)
    ]
    numbers = work.receivables.set_holds(holds)
    watched = [(one, agreement.watch_text) for one, agreement in zip(new, agreed, strict=True) if agreement.watch_text]
    work.receivables.watch_all((one.debt.receivable_id, text, source_of(one.case)) for one, text in watched)
    for one, agreement, hold_no in zip(new, agreed, numbers, strict=True):
        about = {"hold_no": hold_no, "code": agreement.hold_code, "source": source_of(one.case), "until_date": None}
        tell(work, "hold_set", one.case, **about)
    for one, text in watched:
        tell(work, "watch_set", one.case, text=text)
    return [one._replace(case=one.case._replace(hold_no=no)) for one, no in zip(new, numbers, strict=True)]


def _mark_steps(work: UnitOfWork, handed: Sequence[Handed]) -> None:
    """Write the dunning step that the transfer stands for, of those that have not taken it."""
    marked = [one for one in handed if one.rule.marks_step is not None]
    if not marked:
        return
    taken = work.dunning.of([one.debt.receivable_id for one in marked], work.today).steps
    steps = [
        _step(one, work.today)
        for one in marked
        if all(step.step != one.rule.marks_step for step in taken.get(one.debt.receivable_id, ()))
    ]
    work.dunning.add_steps(steps)


def _step(one: Handed, today: str) -> StepTaken:
    return StepTaken(
        receivable_id=one.debt.receivable_id,
        step_no=1,  # counted from the last that the receivable has
        step=str(one.rule.marks_step),
        plan_no=0,
        item_no=0,
        dated_on=today,
        answer_by=today,
        fee_ore=0,
        is_fee_debited=0,
        interest_ore=0,
        is_interest_debited=0,
        interest_until="",
        letter=f"{BY_AGENCY}{one.case.claim_id}",  # the agency's, not ours: it interrupts no limitation
        sent_at=datetime.combine(date.fromisoformat(today), time(12), UTC).isoformat(timespec="milliseconds"),
    )


def _settle(work: UnitOfWork, tenant: Tenant, handed: Sequence[Handed], *, run_no: int) -> None:
    """Settle receivables against the accounts of what is at agencies, where the rule says so."""
    settled = [one.case for one in handed if one.settles]
    moved = [Moved(case, Left(-case.principal_ore, -case.fee_ore, -case.interest_ore)) for case in settled]
    move(work, tenant, moved, Cause.TRANSFERRED, run_no=run_no)
