"""What becomes of dunning's letters: legal days count from the day one is sent; one that never arrives is undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from hub.model.delivery_commands import UNDELIVERABLE_LETTER
from hub.model.dunning import DunningStep
from hub.model.dunning_plans import StepTaken
from hub.model.events import Event
from hub.model.fee_invoices import BEAR_FEES
from hub.model.tenant import Tenant
from hub.rules.dunning.claim_lives import day_sent
from hub.rules.dunning.step_terms import answer_day_when_sent
from hub.rules.reasons import cut_at_word
from hub.services.dunning.fee_undoing import cancel_fees_of_cancelled, cancel_fees_of_credited
from hub.services.dunning.letters import is_ours
from hub.services.dunning.taking_back import take_back
from hub.services.ports import UnitOfWork

SENT, WITHDRAWN, UNDELIVERABLE = "document_sent", "document_withdrawn", "document_undeliverable"
CLOSED = "document_closed"  # by a person, while nobody knew whether it had arrived, or after it had been sent
CANCELLED = "receivable_cancelled"  # what was never owed was never late: its fee invoices go too
CREDITED = "receivable_credited"  # nor was what has been credited in whole
IMPORTED = "receivables_imported"  # by credit notes and new versions too
OF_BOOKS = (CANCELLED, CREDITED, IMPORTED)
KINDS = (SENT, WITHDRAWN, UNDELIVERABLE, CLOSED, *OF_BOOKS)
CURSOR = "dunning"
CLAIM = "hear of letters"  # of two who listen at once, one hears what the other has not
EVENTS_AT_ONCE = 500
LONGEST_REASON = 200


def follow_letters(work: UnitOfWork, tenant: Tenant) -> bool:
    """Hear what delivery has told of letters since the last time, and the books of what was cancelled or credited.

    In this transaction; say whether there is more.
    """
    work.commands.claim(CLAIM)
    latest = work.events.latest()  # first: what is told while this listens is heard the next time
    heard = work.events.heard_by(CURSOR)
    events = work.events.of_kinds(KINDS, after=heard, until=latest, limit=EVENTS_AT_ONCE)
    letters = [(str(event.data.get("command_key", "")), event) for event in events if event.kind not in OF_BOOKS]
    ours = [(key, event) for key, event in letters if is_ours(key)]
    _mark_sent(work, {key: event for key, event in reversed(ours) if event.kind == SENT})  # the first time counts
    _take_back(work, tenant, {key: event for key, event in ours if event.kind != SENT})
    cancel_fees_of_cancelled(work, tenant, _receivables(events, CANCELLED))
    changed = [number for event in events for number in event.data.get(BEAR_FEES, ())]
    cancel_fees_of_credited(work, tenant, {*_receivables(events, CREDITED), *changed})
    has_more = len(events) == EVENTS_AT_ONCE
    work.events.note_heard(CURSOR, events[-1].number if has_more else latest)
    return has_more


def _receivables(events: Iterable[Event], kind: str) -> set[int]:
    return {int(event.data["receivable_id"]) for event in events if event.kind == kind}


def _mark_sent(work: UnitOfWork, sent: Mapping[str, Event]) -> None:
    steps = work.dunning.steps_of_letters(list(sent))
    work.dunning.mark_sent([_sent(step, sent[step.letter]) for step in steps if step.sent_at is None])


def _sent(step: StepTaken, event: Event) -> StepTaken:
    answer_by = answer_day_when_sent(
        DunningStep(step.step),
        dated_on=date.fromisoformat(step.dated_on),
        answer_by=date.fromisoformat(step.answer_by),
        sent_on=day_sent(event.recorded_at),
    )
    return step._replace(
        sent_at=event.recorded_at, document_no=event.data.get("document_no"), answer_by=answer_by.isoformat()
    )


def _take_back(work: UnitOfWork, tenant: Tenant, gone: Mapping[str, Event]) -> None:
    """Undo the steps whose letters were withdrawn, cannot be delivered or were closed unsent; each of them says why."""
    because: dict[str, list[StepTaken]] = defaultdict(list)
    for step in work.dunning.steps_of_letters(list(gone)):
        event = gone[step.letter]
        if event.kind != CLOSED or step.sent_at is None:
            because[_reason(event)].append(step)
            _ask_before_another(work, event, step.letter)
    for reason, steps in because.items():
        take_back(work, tenant, steps, reason)


def _ask_before_another(work: UnitOfWork, event: Event, letter: str) -> None:
    """Ask a person about a letter that was closed and may have arrived: no other goes before that is seen to."""
    if event.kind == CLOSED:
        work.commands.open_task(
            UNDELIVERABLE_LETTER,
            letter,
            f"letter {letter} was closed, and may have arrived; what it charged is taken back, and no other is made "
            "before this is seen to: hub documents seen with the number of this task, or set a hold",
        )


def _reason(event: Event) -> str:
    why = str(event.data.get("reason", ""))
    return cut_at_word(f"{event.kind}: {why}", LONGEST_REASON) if why else event.kind
