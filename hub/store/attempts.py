"""Messages to the outside, and where each stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam

from hub.model.attempts import Attempt, AttemptState, ChannelRest
from hub.rules.channel_rest import left_s
from hub.store import tables
from hub.store.bulk import insert_rows, update_rows
from hub.store.counters import take_numbers
from hub.store.statements import text

_OF_THE_EXCHANGE = {"message": "x.idempotency_key", "sha256": "x.sha256", "let_go": "x.let_go"}
_COLUMNS = ", ".join(_OF_THE_EXCHANGE.get(name, f"a.{name}") for name in Attempt._fields)
_SELECT = f"SELECT {_COLUMNS} FROM attempt a JOIN exchange x ON x.tenant = a.tenant AND x.exchange_no = a.exchange_no"
_NAMED_AT_ONCE = 500
_RECORDED = (
    "run_no", "state", "promise", "endpoint", "called_by", "execution", "sends", "may_have_arrived",
    "known_since", "failures", "failing_since", "asked_before_s", "next_at", "external_id", "problem", "code",
    "changed_at",
)  # fmt: skip
_RECORDED_OF = attrgetter("attempt_no", *_RECORDED)
_KNOWN_BY = ("run_no", "state", "called_by", "execution", "sends")  # whoever changes an attempt changes one of these
_STAND = text(
    f"SELECT a.attempt_no, x.let_go, coalesce(r.not_before, ''), {', '.join(f'a.{name}' for name in _KNOWN_BY)} "
    "FROM attempt a JOIN exchange x ON x.tenant = a.tenant AND x.exchange_no = a.exchange_no "
    "LEFT JOIN channel_rest r ON r.tenant = a.tenant AND r.channel = a.channel "
    "WHERE a.tenant = :t AND a.attempt_no IN :numbers"
).bindparams(bindparam("numbers", expanding=True))

_HEAD = ("tenant", "attempt_no", "batch", "run_no", "channel", "exchange_no")
_STATES_OF = text("SELECT exchange_no, state FROM attempt WHERE tenant = :t AND exchange_no IN :exchanges").bindparams(
    bindparam("exchanges", expanding=True)
)
_HAS_ANY = text(
    "SELECT 1 FROM attempt WHERE tenant = :t AND channel = :channel AND state IN :states LIMIT 1"
).bindparams(bindparam("states", expanding=True))
_HOLD = text(
    "SELECT attempt_no FROM attempt WHERE tenant = :t AND attempt_no IN :numbers ORDER BY attempt_no FOR UPDATE"
).bindparams(bindparam("numbers", expanding=True))
_HOLD_OF = text(
    "SELECT attempt_no FROM attempt WHERE tenant = :t AND exchange_no IN :exchanges ORDER BY attempt_no FOR UPDATE"
).bindparams(bindparam("exchanges", expanding=True))

_DRAW = text(
    "WITH failed AS (SELECT batch, count(*) AS messages FROM attempt WHERE tenant = :t AND channel = :channel "
    "AND state IN ('planned', 'in_doubt', 'unknown') AND (failures > 0 OR state = 'unknown') GROUP BY batch) "
    f"{_SELECT} "
    "JOIN run r ON r.tenant = a.tenant AND r.run_no = a.run_no LEFT JOIN failed f ON f.batch = a.batch "
    "WHERE a.tenant = :t AND a.channel = :channel AND a.state = 'planned' AND a.failures = 0 "
    "AND r.state IN ('queued', 'running') ORDER BY coalesce(f.messages, 0), a.key LIMIT 1"
)

_REST_COLUMNS = ", ".join(ChannelRest._fields)
_KEEP_REST = text(
    f"INSERT INTO channel_rest (tenant, {_REST_COLUMNS}) "
    f"VALUES (:t, {', '.join(f':{name}' for name in ChannelRest._fields)}) ON CONFLICT (tenant, channel) DO UPDATE SET "
    + ", ".join(f"{name} = :{name}" for name in ChannelRest._fields[1:])
)
_HOLD_ASKED_RESTS = text(
    "SELECT channel FROM channel_rest WHERE tenant = :t AND not_before <> '' ORDER BY channel COLLATE \"C\" FOR UPDATE"
)
_FORGET_REST = text("DELETE FROM channel_rest WHERE tenant = :t AND channel = :channel")


class SqlAttempts:
    """Attempts of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now
        self._held: set[int] = set()

    def plan(self, batch: str, run_no: int, channel: str, exchanges: Sequence[int]) -> None:
        """Write new attempts of exchanges in state `planned`, each with a key that was never used before."""
        first = take_numbers(self._connection, self._tenant, "attempt", len(exchanges))
        rest = self.rest_of(channel)
        head, tail = (batch, run_no, channel), (AttemptState.PLANNED, rest.since, rest.asked_s, self._now)
        insert_rows(
            self._connection,
            tables.attempt,
            (*_HEAD, "key", "state", "failing_since", "asked_before_s", "changed_at"),
            [(self._tenant, no, *head, exchange, uuid4().hex, *tail) for no, exchange in enumerate(exchanges, first)],
        )

    def of_messages(self, messages: Sequence[str]) -> list[Attempt]:
        """Return every attempt of these messages, on all channels."""
        statement = text(
            f"{_SELECT} WHERE x.tenant = :t AND x.direction = 'out' AND x.idempotency_key IN :messages "
            "ORDER BY a.attempt_no"
        ).bindparams(bindparam("messages", expanding=True))
        found: list[Attempt] = []
        for start in range(0, len(messages), _NAMED_AT_ONCE):
            named = list(messages[start : start + _NAMED_AT_ONCE])
            rows = self._connection.execute(statement, {"t": self._tenant, "messages": named})
            found.extend(Attempt._make(row) for row in rows)
        return found

    def of_exchange(self, exchange_no: int) -> list[Attempt]:
        """Return the attempts of one outgoing exchange, oldest first."""
        rows = self._connection.execute(
            text(f"{_SELECT} WHERE a.tenant = :t AND a.exchange_no = :x ORDER BY a.attempt_no"),
            {"t": self._tenant, "x": exchange_no},
        )
        return [Attempt._make(row) for row in rows]

    def states_of(self, exchanges: Sequence[int]) -> dict[int, set[str]]:
        """Return the states of the attempts of outgoing exchanges, by exchange number."""
        states: dict[int, set[str]] = {}
        for number, state in self._connection.execute(_STATES_OF, {"t": self._tenant, "exchanges": list(exchanges)}):
            states.setdefault(number, set()).add(state)
        return states

    def of_run(self, run_no: int, *, to_change: bool = False) -> list[Attempt]:
        """Return the attempts that were planned for a run, those that failed least first.

        With `to_change` nobody else changes them before the transaction ends, and they come by number: see `hold`.
        """
        order = "a.attempt_no" if to_change else "a.failures, a.attempt_no"
        rows = self._connection.execute(
            text(f"{_SELECT} WHERE a.tenant = :t AND a.run_no = :run_no ORDER BY {order}{self._lock('a', to_change)}"),
            {"t": self._tenant, "run_no": run_no},
        )
        return [Attempt._make(row) for row in rows]

    def get(self, attempt_no: int, *, to_change: bool = False) -> Attempt | None:
        """Return one attempt, or None; with `to_change` nobody else changes it before the transaction ends."""
        row = self._connection.execute(
            text(f"{_SELECT} WHERE a.tenant = :t AND a.attempt_no = :no{self._lock('a', to_change)}"),
            {"t": self._tenant, "no": attempt_no},
        ).one_or_none()
        return None if row is None else Attempt._make(row)

    def hold(self, numbers: Collection[int]) -> None:
        """Let nobody else change these attempts before the transaction ends.

        Who changes several holds them first, in the order of their numbers, and what it tells of them comes after: two
        who took them in different orders would wait for each other. A single one, too: who waits for it in the
        statement that writes `started` does not see what was let go meanwhile.
        """
        wanted = sorted(set(numbers) - self._held)
        if wanted and self._connection.dialect.name == "postgresql":
            for start in range(0, len(wanted), _NAMED_AT_ONCE):
                named = wanted[start : start + _NAMED_AT_ONCE]
                self._connection.execute(_HOLD, {"t": self._tenant, "numbers": named})
        self._held.update(wanted)

    def hold_of(self, exchanges: Collection[int]) -> None:
        """Let nobody else change the attempts of these outgoing exchanges before the transaction ends; see `hold`."""
        if exchanges and self._connection.dialect.name == "postgresql":
            self._connection.execute(_HOLD_OF, {"t": self._tenant, "exchanges": list(exchanges)})

    def has_any(self, channel: str, states: Collection[str]) -> bool:
        """Say whether any message of a channel is in one of these states."""
        found = self._connection.execute(
            _HAS_ANY, {"t": self._tenant, "channel": channel, "states": [str(state) for state in states]}
        )
        return found.one_or_none() is not None

    def latest(
        self, *, state: str = "", channel: str = "", limit: int = 100, before: int | None = None
    ) -> list[Attempt]:
        """Return the newest attempts first; `before` continues below an attempt number."""
        rows = self._connection.execute(
            text(
                f"{_SELECT} WHERE a.tenant = :t AND (:state = '' OR a.state = :state) "
                "AND (:channel = '' OR a.channel = :channel) AND a.attempt_no < :before "
                "ORDER BY a.attempt_no DESC LIMIT :limit"
            ),
            {"t": self._tenant, "state": state, "channel": channel, "before": before or 2**62, "limit": limit},
        )
        return [Attempt._make(row) for row in rows]

    def record(self, changes: Sequence[tuple[Attempt, Attempt]]) -> list[bool]:
        """Write where attempts stand now, each given as it was and as it is; say of each whether it was written.

        One that is no longer as it was stays as it is, and so does one whose call would begin though it was let go, or
        its channel has asked for a rest meanwhile; of a call that was begun already that is too late. Nobody else
        changes any of them before the transaction ends.
        """
        numbers = sorted({attempt.attempt_no for _, attempt in changes})
        self.hold(numbers)
        stand = self._stand(numbers)
        written: dict[int, Attempt] = {}
        said = []
        for was, attempt in changes:
            let_go, rests, known = stand[attempt.attempt_no]
            is_kept_back = let_go or (rests and was.state != AttemptState.STARTED)
            begins_in_vain = attempt.state == AttemptState.STARTED and is_kept_back
            said.append(known == _known(was) and not begins_in_vain)
            if said[-1]:
                stand[attempt.attempt_no] = let_go, rests, _known(attempt)
                written[attempt.attempt_no] = attempt
        if written:
            rows = [(self._tenant, *_RECORDED_OF(attempt)) for attempt in written.values()]
            update_rows(self._connection, tables.attempt, ("tenant", "attempt_no"), _RECORDED, rows)
        return said

    def _stand(self, numbers: Sequence[int]) -> dict[int, tuple[bool, bool, tuple[Any, ...]]]:
        """Return of held attempts whether each was let go, whether its channel has asked for a rest, and what it is
        known by.
        """
        stand: dict[int, tuple[bool, bool, tuple[Any, ...]]] = {}
        for start in range(0, len(numbers), _NAMED_AT_ONCE):
            named = list(numbers[start : start + _NAMED_AT_ONCE])
            rows = self._connection.execute(_STAND, {"t": self._tenant, "numbers": named})
            for number, let_go, not_before, *known in rows:
                stand[number] = bool(let_go), left_s(not_before, now=self._now) > 0, tuple(known)
        return stand

    def make_due(self, run_no: int, channel: str) -> None:
        """Let messages of a run wait no longer for their time, and have their channel for as long as new ones.

        What may be asked too early waits all the same.
        """
        rest = self.rest_of(channel)
        self._connection.execute(
            text(
                "UPDATE attempt SET next_at = '', failing_since = :since, asked_before_s = :asked_s "
                "WHERE tenant = :t AND run_no = :run_no AND state IN ('planned', 'in_doubt')"
            ),
            {"t": self._tenant, "run_no": run_no, "since": rest.since, "asked_s": rest.asked_s},
        )

    def draw(self, channel: str) -> Attempt | None:
        """Return a message of the channel that has never failed, of any run at work; None when there is none.

        It is of a batch of which fewest have failed, and there it is drawn by lot: keys are random.
        """
        row = self._connection.execute(_DRAW, {"t": self._tenant, "channel": channel}).one_or_none()
        return None if row is None else Attempt._make(row)

    def rest_of(self, channel: str, *, to_change: bool = False) -> ChannelRest:
        """Return how a channel fails; `to_change` as in `get`."""
        found = self._connection.execute(
            text(
                f"SELECT {_REST_COLUMNS} FROM channel_rest "
                f"WHERE tenant = :t AND channel = :channel{self._lock('channel_rest', to_change)}"
            ),
            {"t": self._tenant, "channel": channel},
        ).one_or_none()
        return ChannelRest(channel) if found is None else ChannelRest._make(found)

    def rests(self) -> list[ChannelRest]:
        """Return the channels whose latest calls settled nothing, by name."""
        rows = self._connection.execute(
            text(f"SELECT {_REST_COLUMNS} FROM channel_rest WHERE tenant = :t ORDER BY channel"), {"t": self._tenant}
        )
        return [ChannelRest._make(row) for row in rows]

    def keep_rest(self, rest: ChannelRest) -> None:
        """Write how the calls of a channel fail; one that fails no more, and does not rest, is forgotten."""
        values = {"t": self._tenant, **rest._asdict()}
        self._connection.execute(_FORGET_REST if rest == ChannelRest(rest.channel) else _KEEP_REST, values)

    def end_rest(self, channel: str) -> None:
        """Let a channel be called again now; that it failed is remembered."""
        self._connection.execute(
            text("UPDATE channel_rest SET rests_until = '', not_before = '' WHERE tenant = :t AND channel = :channel"),
            {"t": self._tenant, "channel": channel},
        )

    def end_asked_rests(self) -> None:
        """Let every channel be asked again now that has asked to be left in peace; failures in a row stay.

        Their rows are held first, by name as by all who change several.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(_HOLD_ASKED_RESTS, {"t": self._tenant})
        self._connection.execute(
            text("UPDATE channel_rest SET not_before = '' WHERE tenant = :t AND not_before <> ''"), {"t": self._tenant}
        )

    def _lock(self, table: str, to_change: bool) -> str:
        return f" FOR UPDATE OF {table}" if to_change and self._connection.dialect.name == "postgresql" else ""


def _known(attempt: Attempt) -> tuple[Any, ...]:
    return tuple(getattr(attempt, name) for name in _KNOWN_BY)
