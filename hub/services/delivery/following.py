"""What the messages of documents came to: taken, refused, in doubt; and documents of which nothing is heard."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from hub.contracts import DeliveryChannel, FollowedChannel
from hub.errors import DocumentError
from hub.model.attempts import Attempt, AttemptState, LetGo
from hub.model.deliveries import DocumentRow, DocumentState, DocumentStep, StepOutcome
from hub.model.delivery import Silence
from hub.model.exchanges import ExchangeState
from hub.model.tenant import Tenant
from hub.rules.attempts import later
from hub.services.attempts import CLAIM, hold_messages
from hub.services.attempts.tasks import close_task
from hub.services.delivery.passing_on import taken_before
from hub.services.delivery.routing import RUN_KIND, enqueue_delivery
from hub.services.delivery.standing import Mended, hold, stand, stand_held
from hub.services.delivery.steps import next_turn
from hub.services.ports import UnitOfWork

MOST_AT_ONCE = 500
NOT_HEARD = "no report came in time"
BAD_SINCE = "no report came, and something else that was sent to the same address came back since"
NOBODY_ASKS = "unasked_channel"
NEWS = {
    DocumentState.SENDING: (ExchangeState.DELIVERED, ExchangeState.UNDELIVERED, ExchangeState.UNKNOWN),
    DocumentState.UNKNOWN: (ExchangeState.DELIVERED, ExchangeState.UNDELIVERED, ExchangeState.SENDING),
    DocumentState.HELD: (ExchangeState.DELIVERED, ExchangeState.UNKNOWN, ExchangeState.SENDING),
}
"""Where a message may have come to while its document stands there."""


class _Ended(NamedTuple):
    """A document whose message has come to something; its channel is the message's."""

    row: DocumentRow
    step: DocumentStep
    state: ExchangeState


def follow_messages(
    work: UnitOfWork, tenant: Tenant, channels: Mapping[str, DeliveryChannel], archives: Collection[str] = ()
) -> bool:
    """Let documents stand where their messages do, and look after those that are silent; True when more are left.

    Channels whose plugins are off are missed for what they took alone: what becomes of that, they would have to say.
    `archives` are the formats whose rest is passed on.
    """
    ended = [row for row, _ in work.documents.ended(list(channels), MOST_AT_ONCE)]
    held = _held_to_follow(work, ended, channels)
    _taken(work, [one for one in held if one.state is ExchangeState.DELIVERED], channels)
    goes_on = [_follow(work, one) for one in held if one.state is not ExchangeState.DELIVERED]
    silent = _look_after_silent(work, {n: one for n, one in channels.items() if isinstance(one, FollowedChannel)})
    if any(goes_on) or _nobody_finds_ways(work) or _nobody_passes_on(work, tenant, archives):
        enqueue_delivery(work, tenant.id)
    return MOST_AT_ONCE in (len(ended), silent)


def _held_to_follow(work: UnitOfWork, ended: Sequence[DocumentRow], channels: Collection[str]) -> list[_Ended]:
    """Return those of which the message still says something new, once nobody changes or plans it any more."""
    if not ended:
        return []
    work.commands.claim(CLAIM)
    rows = work.documents.hold_all([row.document_no for row in ended])
    states = hold_messages(work, [row.exchange_no for row in ended if row.exchange_no is not None])
    steps = {(step.document_no, step.exchange_no): step for step in work.documents.steps([r.document_no for r in rows])}
    found = []
    for row in rows:
        step, state = steps.get((row.document_no, row.exchange_no)), states.get(row.exchange_no or 0)
        if step is None or state is None or (state is ExchangeState.DELIVERED and step.channel not in channels):
            continue
        if _is_news(row, step, state):
            found.append(_Ended(row._replace(channel=step.channel), step, state))
    return found


def _is_news(row: DocumentRow, step: DocumentStep, state: ExchangeState) -> bool:
    """Say whether a document is to be told where its message stands; `store/delivery/documents.py` finds them."""
    if row.state == DocumentState.HELD and step.outcome != StepOutcome.REFUSED:
        return False
    return state in NEWS.get(DocumentState(row.state), ())


def _nobody_finds_ways(work: UnitOfWork) -> bool:
    """Say whether documents are due whose ways no run finds: one that was to do so is gone."""
    return bool(work.documents.to_route(1)) and not work.runs.is_looked_after(RUN_KIND)


def _nobody_passes_on(work: UnitOfWork, tenant: Tenant, archives: Collection[str]) -> bool:
    """Say whether the rest of some archive waits for nothing any more, and no run is to pass it on."""
    is_ripe = bool(work.archives.ripe(archives, taken_before(work, tenant)))
    return is_ripe and not work.runs.is_looked_after(RUN_KIND)


def _look_after_silent(work: UnitOfWork, channels: Mapping[str, FollowedChannel]) -> int:
    """See to documents of which a channel should have reported; return how many of one channel there were at most.

    Silence says something only when the channel has answered since: before that a person is told that it has not.
    """
    unheard = {name: work.documents.silent(name, work.now, MOST_AT_ONCE) for name in channels}
    asked_at = {name: work.recipients.asked_at(name) for name in channels}
    silent = {name: [row for row in rows if row.due_at <= asked_at[name]] for name, rows in unheard.items()}
    for row in _still_silent(work, [row for rows in silent.values() for row in rows]):
        _nothing_heard(work, row, channels[row.channel])
    for name, rows in unheard.items():
        _ask_who_asks(work, name, asked_at[name], has_answered=len(silent[name]) == len(rows))
    return max(map(len, silent.values()), default=0)


def _still_silent(work: UnitOfWork, silent: Sequence[DocumentRow]) -> list[DocumentRow]:
    """Return those that nothing was heard of since they were read, once nobody else changes them."""
    if not silent:
        return []
    work.commands.claim(CLAIM)
    read = set(silent)
    return [row for row in work.documents.hold_all([row.document_no for row in silent]) if row in read]


def _ask_who_asks(work: UnitOfWork, channel: str, asked_at: str, *, has_answered: bool) -> None:
    """Tell a person that a channel says nothing; that it was asked in vain is known of runs alone."""
    if has_answered:
        work.commands.close_task(NOBODY_ASKS, channel)
    else:
        since = f"since {asked_at[:16].replace('T', ' ')} UTC" if asked_at else "yet"
        message = (
            f"documents went by {channel}, and it has not told {since} what became of them: either nobody has asked "
            "it, or it was asked and did not answer, and hub runs says why; run hub documents follow, and where no "
            'schedule with job = "follow" is in the settings, add one'
        )
        work.commands.open_task(NOBODY_ASKS, channel, message)


def _taken(work: UnitOfWork, taken: Sequence[_Ended], channels: Mapping[str, DeliveryChannel]) -> None:
    """Write which documents a channel took; where it says no more of them, they have arrived."""
    silent_after_s = {name: one.silent_after_s for name, one in channels.items() if isinstance(one, FollowedChannel)}
    sent = [one._replace(row=_sent(work, one, silent_after_s)) for one in taken]
    stand_held(work, [(after.row, before.row) for before, after in zip(taken, sent, strict=True)])
    for_good = [one for one in sent if one.step.channel not in silent_after_s]
    still = [one for one in sent if one.step.channel in silent_after_s]
    rows = [one.row._replace(changed_at=work.now) for one in for_good]
    stand_held(work, [(row._replace(state=DocumentState.DELIVERED), row) for row in rows])
    outcomes = {StepOutcome.SENT: still, StepOutcome.DELIVERED: for_good}
    work.documents.keep_steps([one.step._replace(outcome=to) for to, all_ in outcomes.items() for one in all_])


def _sent(work: UnitOfWork, taken: _Ended, silent_after_s: Mapping[str, int]) -> DocumentRow:
    limit_s = silent_after_s.get(taken.step.channel)
    due_at = "" if limit_s is None else later(work.now, limit_s)
    return _charged(taken.row, taken.step)._replace(state=DocumentState.SENT, reason="", due_at=due_at)


def _charged(row: DocumentRow, step: DocumentStep) -> DocumentRow:
    """Return a document with the price of its message, which it was without once that was refused."""
    return row._replace(price_ore=row.price_ore + (step.price_ore if step.outcome == StepOutcome.REFUSED else 0))


def _free_of_charge(row: DocumentRow, step: DocumentStep) -> DocumentRow:
    """Return a document without the price of its message; refused before, it is without it already."""
    return row._replace(price_ore=row.price_ore - (0 if step.outcome == StepOutcome.REFUSED else step.price_ore))


def _follow(work: UnitOfWork, ended: _Ended) -> bool:
    """Take a document on whose message was not taken; True when its next channel is to be found."""
    row, step, state = ended
    if state is ExchangeState.UNDELIVERED:
        return _not_taken(work, row, step)
    if state is ExchangeState.UNKNOWN:
        _note(work, row, step, DocumentState.UNKNOWN, StepOutcome.UNKNOWN, "it may have arrived; see its attempt")
    else:  # a person has it sent again
        _note(work, row, step, DocumentState.SENDING, StepOutcome.SENDING, "")
    return False


def arrived(work: UnitOfWork, row: DocumentRow, step: DocumentStep) -> bool:
    """Write that a document has arrived for good."""
    is_ours = stand(work, _charged(row, step)._replace(state=DocumentState.DELIVERED, reason="", due_at=""), was=row)
    if is_ours:
        work.documents.keep_steps([step._replace(outcome=StepOutcome.DELIVERED)])
    return is_ours


def _not_taken(work: UnitOfWork, row: DocumentRow, step: DocumentStep) -> bool:
    assert row.exchange_no is not None  # it is joined by that
    attempts = work.attempts.of_exchange(row.exchange_no)
    latest = attempts[-1]
    is_stopped = latest.state == AttemptState.CANCELLED
    free_of_charge = _free_of_charge(row, step)
    if is_stopped and latest.let_go == LetGo.IF_NOT_DELIVERED:
        why = f"{row.channel}: {_why(latest)}"
        refused = step._replace(outcome=StepOutcome.REFUSED, reason=_why(latest))  # and it was called
        return _tried_again(work, row, refused, why, free_of_charge)
    work.documents.keep_steps([step._replace(outcome=StepOutcome.REFUSED, reason=_why(latest))])
    if latest.code == DocumentError.code or is_stopped:
        mended = Mended.HERE if is_stopped else Mended.IN_DOCUMENT
        hold(work, row, f"{row.channel}: {_why(latest)}", mended=mended, price_ore=free_of_charge.price_ore)
        return False
    if latest.state == AttemptState.GIVEN_UP:
        close_task(work, latest)  # the next channel takes it: nobody need decide
    return go_on(work, free_of_charge, f"{row.channel}: {_why(latest)}", was=row)


def not_sent(work: UnitOfWork, row: DocumentRow, step: DocumentStep, why: str) -> bool:
    """Let a document go on whose message was stopped before it was called: nobody has seen what it looks like."""
    unseen = step._replace(outcome=StepOutcome.SKIPPED, reason=why, step_no=0, exchange_no=None)
    return _tried_again(work, row, unseen, why, _free_of_charge(row, step))


def _tried_again(work: UnitOfWork, row: DocumentRow, step: DocumentStep, why: str, free: DocumentRow) -> bool:
    """Let a document find its way, which may be by the same channel once more, under a new id of ours."""
    work.documents.keep_steps([step._replace(price_ore=0), next_turn(step, why)])
    return go_on(work, free, why, was=row)


def go_on(work: UnitOfWork, row: DocumentRow, reason: str, *, was: DocumentRow | None = None) -> bool:
    """Let a document find its next channel; what it went out in is not sent again."""
    if row.exchange_no is not None:
        work.exchanges.let_go([row.exchange_no])
    free = row._replace(state=DocumentState.ACCEPTED, reason=reason, channel="", exchange_no=None, due_at="")
    return stand(work, free, was=was or row)


def _why(attempt: Attempt) -> str:
    return attempt.problem or attempt.state


def _note(
    work: UnitOfWork, row: DocumentRow, step: DocumentStep, state: DocumentState, outcome: StepOutcome, reason: str
) -> None:
    if stand(work, _charged(row, step)._replace(state=state, reason=reason), was=row):
        work.documents.keep_steps([step._replace(outcome=outcome)])


def _nothing_heard(work: UnitOfWork, row: DocumentRow, channel: FollowedChannel) -> None:
    step = _step_of(work.documents.steps([row.document_no]), row)
    if channel.silence is not Silence.DELIVERED:
        hold(work, row, f"{row.channel}: {NOT_HEARD}; ask the other side whether it has arrived")
    elif (row.channel, step.address_sha256) in work.recipients.bad_addresses({step.address_sha256}):
        hold(work, row, f"{row.channel}: {BAD_SINCE}; ask the debtor whether it has arrived")
    else:
        arrived(work, row, step)


def _step_of(steps: Sequence[DocumentStep], row: DocumentRow) -> DocumentStep:
    return next(step for step in steps if step.exchange_no == row.exchange_no)
