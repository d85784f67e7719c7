"""The run that reads kept notices: reports of documents, payments that are announced, and what nobody can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.contracts import DocumentChannel, PaymentNotice, WebhookReceiver
from hub.errors import ConfigurationError, DataError, FormatError, HubError, TransientError
from hub.model.delivery import BuyerAnswer, Receipt
from hub.model.exchanges import Exchange, ExchangeState
from hub.model.tenant import Tenant
from hub.rules.attempts import IN_DOUBT
from hub.services.attempts import CLAIM
from hub.services.delivery import (
    EARLY_FOR_S,
    Answered,
    apply_answers,
    apply_receipts,
    find_answered,
    hold_reported,
    tell_strays,
    told_by,
)
from hub.services.payments.receiving import describe
from hub.services.ports import JsonObject, Store, UnitOfWork, Work
from hub.services.webhooks.keeping import KIND, RUN_KIND, queue_reading

AT_ONCE = 50  # notices of one transaction: short enough that others who write do not notice
PATIENCE_S = 3600  # a report may come before we have written down what the other side calls the message
LONGEST_REST_S = 300
OFF_REST_S = 900  # until it is looked again whether a receiver is there whose notices wait
TASK = "unread_notices"
OFF_TASK = "waiting_notices"
RECEIVER_DEFECT = "RECEIVER_DEFECT"


class OfPlugin(NamedTuple):
    """A receiver, and the channels of its plugin, whose messages its notices are about."""

    receiver: WebhookReceiver
    channels: Sequence[DocumentChannel]


class _Reading(NamedTuple):
    """A kept notice, with what it says or why that cannot be said."""

    exchange: Exchange
    said: Sequence[Receipt | PaymentNotice | BuyerAnswer] = ()
    answered: Sequence[tuple[DocumentChannel, Sequence[Answered]]] = ()  # what of it buyers answer to our documents
    strays: Sequence[BuyerAnswer] = ()  # and to what is none of ours, or not known yet
    problem: HubError | None = None

    @property
    def waits(self) -> bool:
        """Whether it is read by itself once a setting is mended."""
        return isinstance(self.problem, ConfigurationError)


class WebhookRun:
    """Reads every notice of a tenant that waits, in the order they came."""

    def __init__(self, store: Store, tenant: Tenant, receivers: Mapping[str, OfPlugin]) -> None:
        """`receivers` by name."""
        self._store = store
        self._tenant = tenant
        self._receivers = receivers

    def __call__(self, work: Work, _input: JsonObject) -> JsonObject:
        """Read what waits; answer how many notices were looked at.

        Raises:
            TransientError: some report messages that we do not know yet, or have a receiver that is off; they are
                looked at again.
        """
        looked_at, early, shut_out = 0, list[Exchange](), dict[str, HubError]()
        for some in self._waiting():
            readings = [self._read(exchange) for exchange in some]
            shut_out |= {one.exchange.name: one.problem for one in readings if one.problem and one.waits}
            early += self._settle_together(work, [one for one in readings if not one.waits])
            looked_at += len(some)
        self._ask_to_let_in(work, shut_out)
        if (early or shut_out) and not self._another_comes(work.run_no):
            raise self._waits(early, sorted(shut_out))
        return {"notices": looked_at}

    def _ask_to_let_in(self, work: Work, shut_out: Mapping[str, HubError]) -> None:
        """Ask a person to turn receivers on whose notices wait; the task is closed when one of them is read."""
        if shut_out:
            with work.write() as unit:
                for name, problem in sorted(shut_out.items()):
                    unit.commands.open_task(OFF_TASK, name, f"notices to {name} wait: {problem}; then they are read")

    def _waits(self, early: Sequence[Exchange], shut_out: Sequence[str]) -> TransientError:
        reasons, rests_s = [], [OFF_REST_S]
        if early:
            with self._store.read() as unit:
                rests_s += [LONGEST_REST_S, *(_age_s(unit, one) for one in early)]
            reasons.append(f"{len(early)} notices report messages not known yet")
        if shut_out:
            reasons.append(f"notices to {', '.join(shut_out)} cannot be read now")
        return TransientError("; ".join(reasons), retry_after_s=max(1, min(rests_s)))

    def _waiting(self) -> Iterator[Sequence[Exchange]]:
        after = 0
        while True:
            with self._store.read() as unit:
                some = unit.exchanges.oldest(kind=KIND, state=ExchangeState.RECEIVED, after=after, limit=AT_ONCE)
            if not some:
                return
            yield some
            after = some[-1].number

    def _another_comes(self, run_no: int) -> bool:
        """Say whether another run is to read the same: of a tenant's, one goes on at a time."""
        with self._store.read() as unit:
            return any(run.kind == RUN_KIND and run.run_no != run_no for run in unit.runs.unfinished())

    def _read(self, exchange: Exchange) -> _Reading:
        found = self._receivers.get(exchange.name)
        if found is None:
            hint = "turn its plugin on"
            return _Reading(exchange, problem=ConfigurationError(f"no plugin offers {exchange.name} now", hint=hint))
        body = self._store.contents.read_all([exchange.sha256])[exchange.sha256]
        try:
            said = _checked(found.receiver.interpret(body))
        except TransientError:
            raise
        except HubError as error:
            return _Reading(exchange, problem=error)
        except Exception as error:  # noqa: BLE001 - a defect of an adapter stops its own notice; its text may hold data
            why = f"reading the notice stopped at a defect of the receiver ({type(error).__name__})"
            return _Reading(exchange, problem=FormatError(why, code=RECEIVER_DEFECT))
        strays: Sequence[BuyerAnswer] = [one for one in said if isinstance(one, BuyerAnswer)]
        answered = []
        for channel in found.channels:
            known, strays = find_answered(self._store, self._tenant, channel, strays)
            answered.append((channel, known))
        return _Reading(exchange, said, answered, strays=strays)

    def _settle_together(self, work: Work, readings: Sequence[_Reading]) -> list[Exchange]:
        """Settle notices in one transaction, or each in its own when that is refused; return those that are early."""
        try:
            with work.write() as unit:
                return self._settle(unit, readings)
        except TransientError:
            raise
        except HubError:
            return [early for reading in readings for early in self._settle_alone(work, reading)]

    def _settle_alone(self, work: Work, reading: _Reading) -> list[Exchange]:
        try:
            with work.write() as unit:
                return self._settle(unit, [reading])
        except TransientError:
            raise
        except HubError as error:
            with work.write() as unit:
                _quarantine(unit, reading.exchange, error)
            return []

    def _settle(self, unit: UnitOfWork, readings: Sequence[_Reading]) -> list[Exchange]:
        """Write what notices say; return those whose messages we do not know, and may soon."""
        early = []
        unit.commands.claim(CLAIM)  # before anything is told: reports change documents with their messages
        for name in sorted({reading.exchange.name for reading in readings}):
            unit.commands.close_task(OFF_TASK, name)
        hold_reported(unit, [one for reading in readings for one in self._reported(reading)])
        for reading in readings:
            exchange = reading.exchange
            if reading.problem is not None:
                _quarantine(unit, exchange, reading.problem)
                continue
            counts = self._apply(unit, reading)
            if counts["of_others"] and _age_s(unit, exchange) < self._patience_s(unit, exchange):
                early.append(exchange)
                continue
            tell_strays(unit, exchange.name, reading.strays)
            for said in reading.said:
                if isinstance(said, PaymentNotice):
                    self._announce(unit, exchange, said)
            _close(unit, exchange, counts)
        return early

    def _apply(self, unit: UnitOfWork, reading: _Reading) -> JsonObject:
        """Write reports and answers; those of others are of messages that are not known, or not yet."""
        receipts = [one for one in reading.said if isinstance(one, Receipt)]
        answers = sum(isinstance(one, BuyerAnswer) for one in reading.said)
        channels = self._channels(reading.exchange)
        known = sum(any(self._apply_to(unit, channel, one) for channel in channels) for one in receipts)
        for channel, answered in reading.answered:
            apply_answers(unit, self._tenant, channel, answered)
        known += answers - len(reading.strays)
        reports = len(receipts) + answers
        return {"receipts": known, "of_others": reports - known, "payments": len(reading.said) - reports}

    def _reported(self, reading: _Reading) -> list[tuple[str, list[Receipt]]]:
        """Return what a notice may report, by each channel that it may be of."""
        receipts = [one for one in reading.said if isinstance(one, Receipt)]
        reports = [(channel.name, receipts) for channel in self._channels(reading.exchange)] if receipts else []
        return reports + [(channel.name, told_by(answered)) for channel, answered in reading.answered]

    def _apply_to(self, unit: UnitOfWork, channel: DocumentChannel, receipt: Receipt) -> bool:
        return apply_receipts(unit, self._tenant.id, channel, [receipt]) > 0

    def _patience_s(self, unit: UnitOfWork, exchange: Exchange) -> int:
        """Return how long a notice waits for the message that it is about: as long as it may be one in doubt."""
        is_in_doubt = any(unit.attempts.has_any(channel.name, IN_DOUBT) for channel in self._channels(exchange))
        return EARLY_FOR_S if is_in_doubt else PATIENCE_S

    def _channels(self, exchange: Exchange) -> Sequence[DocumentChannel]:
        return self._receivers[exchange.name].channels

    def _announce(self, unit: UnitOfWork, exchange: Exchange, notice: PaymentNotice) -> None:
        """Tell of a payment before the money comes: information for the core ledger, never bookkeeping."""
        told = {
            "external_id": notice.external_id,
            "pay_date": notice.pay_date,
            "reference": notice.reference,
            **({"amount_ore": notice.amount_ore, "currency": notice.currency} if notice.currency else {}),
            **self._document(unit, exchange, notice.external_id),
        }
        unit.events.record(
            "payment_announced",
            state=notice.state,
            receiver=exchange.name,
            exchange_no=exchange.number,
            **{name: value for name, value in told.items() if value != ""},
        )

    def _document(self, unit: UnitOfWork, exchange: Exchange, external_id: str) -> JsonObject:
        for channel in self._channels(exchange) if external_id else ():
            for step in unit.documents.of_message(channel.name, external_id):
                row = unit.documents.get_all([step.document_no])[0]
                names = {"company": row.company, "number": row.number, "version": row.version}
                return {"channel": channel.name, "document_no": row.document_no, **names}
        return {}


def read_again(work: UnitOfWork, tenant_name: str, exchange: Exchange) -> None:
    """Have a notice in quarantine read anew. Raises DataError when it is not there."""
    if exchange.state != ExchangeState.QUARANTINED:
        raise DataError(f"exchange {exchange.number} is {exchange.state}: there is nothing to retry")
    attempt = exchange.attempt + 1
    work.exchanges.change(exchange.number, state=ExchangeState.RECEIVED, attempt=attempt, reason="", problem=None)
    queue_reading(work, tenant_name, exchange._replace(attempt=attempt))


def _checked(said: object) -> Sequence[Receipt | PaymentNotice | BuyerAnswer]:
    """Return what a receiver says. Raises TypeError when it is something else than the contract has."""
    if not isinstance(said, Sequence) or not all(
        isinstance(one, Receipt | PaymentNotice | BuyerAnswer) for one in said
    ):
        raise TypeError("neither reports, answers nor payments")
    return said


def _age_s(unit: UnitOfWork, exchange: Exchange) -> int:
    since = datetime.fromisoformat(unit.now) - datetime.fromisoformat(exchange.created_at)
    return int(since.total_seconds())


def _close(unit: UnitOfWork, exchange: Exchange, counts: JsonObject) -> None:
    reason = "it reports messages that are not ours" if counts["of_others"] else ""
    unit.exchanges.change(exchange.number, state=ExchangeState.READ, reason=reason, summary=counts)
    if exchange.attempt > 1 and not _has_unread(unit, exchange.name):
        unit.commands.close_task(TASK, exchange.name)


def _has_unread(unit: UnitOfWork, receiver: str) -> bool:
    in_quarantine = unit.exchanges.oldest(kind=KIND, state=ExchangeState.QUARANTINED, limit=1000)
    return any(exchange.name == receiver for exchange in in_quarantine)


def _quarantine(unit: UnitOfWork, exchange: Exchange, error: HubError) -> None:
    """Put a notice aside for a person; one task for all of a receiver, since a changed form makes many."""
    unit.exchanges.change(exchange.number, state=ExchangeState.QUARANTINED, reason=str(error), problem=describe(error))
    unit.events.record("webhook_quarantined", exchange_no=exchange.number, receiver=exchange.name, code=error.code)
    ask = (
        f"notices to {exchange.name} cannot be read: {error}; see: hub exchanges list --state quarantined; "
        "when that is mended, for each: hub exchanges retry NO"
    )
    unit.commands.open_task(TASK, exchange.name, ask)
