"""What is kept of a channel that was looked at for a document, and our id of the document there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from hub.model.deliveries import DocumentRow, DocumentStep, StepOutcome
from hub.rules.delivery.route import Route, Verdict
from hub.services.delivery.loading import Loaded


def step_on(tenant_name: str, one: Loaded, channel: str) -> DocumentStep:
    """Return the step of a document on a channel that it is about to take."""
    return next_step(tenant_name, one.row, one.steps, channel)


def next_step(tenant_name: str, row: DocumentRow, steps: Sequence[DocumentStep], channel: str) -> DocumentStep:
    """Return the same of a document with the steps that it has taken."""
    turn = max((step.turn for step in steps if step.channel == channel), default=1)
    step_no = 1 + max((step.step_no for step in steps), default=0)
    delivery_id = delivery_id_of(tenant_name, row, channel, turn)
    return DocumentStep(row.document_no, channel, turn, step_no, delivery_id, "", "", 0, None, "")


def next_turn(step: DocumentStep, reason: str) -> DocumentStep:
    """Return the step by which a channel may be taken once more, under a new id of ours."""
    return DocumentStep(step.document_no, step.channel, step.turn + 1, 0, "", StepOutcome.SKIPPED, reason, 0, None, "")


def skipped_steps(tenant_name: str, one: Loaded, route: Route) -> list[DocumentStep]:
    """Return what is said of the channels before the one that is taken; of all, when none is.

    Where a person sees to it whatever channels answer, they are not asked, and nothing is said of those.
    """
    chosen = route.next.channel if route.next is not None else ""
    steps = []
    for considered in route.considered:
        if considered.channel == chosen:
            break
        if considered.channel not in one.facts.tried and considered.verdict is not Verdict.ASK:
            skipped = step_on(tenant_name, one, considered.channel)
            steps.append(skipped._replace(step_no=0, outcome=StepOutcome.SKIPPED, reason=considered.reason))
    return steps


def delivery_id_of(tenant_name: str, row: DocumentRow, channel: str, turn: int) -> str:
    """Return our id of one document on one channel: its number, and a tail that nobody guesses by counting."""
    tail = hashlib.sha256(f"{tenant_name}|{row.document_key}|{row.accepted_at}|{channel}|{turn}".encode()).hexdigest()
    return f"{row.document_no}-{tail[:16]}"
