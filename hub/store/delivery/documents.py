"""Documents that were handed over, the channels they were tried on, and where they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, String, bindparam

from hub.errors import LedgerError
from hub.model.deliveries import DocumentRow, DocumentState, DocumentStep, KeptAnswer, NewDocument, Rendering
from hub.model.runs import Run
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.runs import COLUMNS as RUN_COLUMNS
from hub.store.runs import run_of
from hub.store.statements import text

_COLUMNS = ", ".join(DocumentRow._fields)
_STEP_COLUMNS = ", ".join(DocumentStep._fields)
_AT_ONCE = 500
_Key = TypeVar("_Key", int, str)
_KEYED = text(f"SELECT {_COLUMNS} FROM document WHERE tenant = :t AND document_key IN :some").bindparams(
    bindparam("some", expanding=True)
)
_NUMBERED = text(
    f"SELECT {_COLUMNS} FROM document WHERE tenant = :t AND document_no IN :some ORDER BY document_no"
).bindparams(bindparam("some", expanding=True))
_NUMBERED_HELD = text(
    f"SELECT {_COLUMNS} FROM document WHERE tenant = :t AND document_no IN :some ORDER BY document_no FOR UPDATE"
).bindparams(bindparam("some", expanding=True))
_OF_NUMBERS = text(f"SELECT {_COLUMNS} FROM document WHERE tenant = :t AND number IN :some").bindparams(
    bindparam("some", expanding=True)
)
_STEPS = text(
    f"SELECT {_STEP_COLUMNS} FROM document_step WHERE tenant = :t AND document_no IN :some "
    "ORDER BY document_no, step_no, channel, turn"
).bindparams(bindparam("some", expanding=True))
_CHANGE = text(
    "UPDATE document SET state = :state, reason = :reason, channel = :channel, exchange_no = :exchange_no, "
    "price_ore = :price_ore, due_at = :due_at, changed_at = :now, "
    "search_began_at = CASE WHEN :state = 'accepted' AND state <> 'accepted' THEN :now ELSE search_began_at END "
    "WHERE tenant = :t AND document_no = :document_no AND state = :was_state AND changed_at = :was_changed_at"
)
_OF_MESSAGES = text(
    f"SELECT a.external_id, {', '.join(f's.{name}' for name in DocumentStep._fields)} FROM attempt a "
    "JOIN document_step s ON s.tenant = a.tenant AND s.exchange_no = a.exchange_no AND s.channel = a.channel "
    "WHERE a.tenant = :t AND a.channel = :channel AND a.external_id IN :some"
).bindparams(bindparam("some", expanding=True))
_SENT_BY = text(
    f"SELECT d.number, {', '.join(f's.{name}' for name in DocumentStep._fields)} FROM document d "
    "JOIN document_step s ON s.tenant = d.tenant AND s.document_no = d.document_no AND s.channel = :channel "
    "WHERE d.tenant = :t AND d.number IN :some AND s.exchange_no IS NOT NULL ORDER BY d.document_no, s.turn"
).bindparams(bindparam("some", expanding=True))
_ANSWERS = text(
    f"SELECT {', '.join(KeptAnswer._fields)} FROM document_answer WHERE tenant = :t AND document_no IN :some "
    "ORDER BY document_no, answer_no"
).bindparams(bindparam("some", expanding=True))
_HAS_NOT_ARRIVED = "state IN ('sending', 'unknown', 'held') AND exchange_no"
_OF_DEBTORS = "(recipient_key IN :some OR debtor_number_key IN :protected)"
_MESSAGES_TO = text(
    f"SELECT DISTINCT exchange_no FROM document WHERE tenant = :t AND {_HAS_NOT_ARRIVED} IS NOT NULL "
    f"AND {_OF_DEBTORS} ORDER BY exchange_no"
).bindparams(bindparam("some", expanding=True), bindparam("protected", expanding=True, type_=String))
_CHOSEN = (
    f"SELECT {_COLUMNS} FROM document WHERE tenant = :t "
    "AND (state = 'left_over' OR (state = 'accepted' AND channel <> '')) "
    f"AND {_OF_DEBTORS} ORDER BY document_no"
)
_IN_MESSAGES = f"SELECT {_COLUMNS} FROM document WHERE tenant = :t AND {_HAS_NOT_ARRIVED} IN :some ORDER BY document_no"
_KEEP_STEP = text(
    f"INSERT INTO document_step (tenant, {_STEP_COLUMNS}) "
    f"VALUES (:t, {', '.join(f':{name}' for name in DocumentStep._fields)}) "
    "ON CONFLICT (tenant, document_no, channel, turn) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in DocumentStep._fields[3:])
)
_ENDED = text(
    # What a message came to that the document has not been told: one row for each document. What a channel took waits
    # for it; anything else is told though its plugin is off.
    f"""
    SELECT {", ".join(f"d.{name}" for name in DocumentRow._fields)}, x.state AS message_state
    FROM document d JOIN exchange x ON x.tenant = d.tenant AND x.exchange_no = d.exchange_no
    JOIN document_step s ON s.tenant = d.tenant AND s.document_no = d.document_no AND s.exchange_no = d.exchange_no
    WHERE d.tenant = :t AND (x.state <> 'delivered' OR s.channel IN :channels) AND (
        (d.state = 'sending' AND x.state IN ('delivered', 'undelivered', 'unknown'))
        OR (d.state = 'unknown' AND x.state IN ('sending', 'delivered', 'undelivered'))
        OR (d.state = 'held' AND x.state IN ('sending', 'delivered', 'unknown') AND s.outcome = 'refused'))
    ORDER BY d.document_no LIMIT :limit
    """
).bindparams(bindparam("channels", expanding=True, type_=String))
_RUNS_BEHIND = text(f"""
    SELECT {RUN_COLUMNS} FROM run WHERE tenant = :t AND state <> 'done' AND run_no IN (
        SELECT a.run_no FROM document d JOIN attempt a
            ON a.tenant = d.tenant AND a.exchange_no = d.exchange_no AND a.channel = d.channel
        WHERE d.tenant = :t AND d.document_no IN :some AND d.state = 'sending'
        UNION
        SELECT max(r.run_no) FROM run r WHERE r.tenant = :t AND r.kind = 'deliver' AND EXISTS (
            SELECT 1 FROM document d WHERE d.tenant = :t AND d.document_no IN :some AND d.state = 'accepted')
    ) ORDER BY run_no
""").bindparams(bindparam("some", expanding=True))


_LEFT_WITH = text(
    f"SELECT {_COLUMNS} FROM document WHERE tenant = :t AND state IN ('held', 'sending') AND exchange_no IN :exchanges "
    "ORDER BY document_no"
).bindparams(bindparam("exchanges", expanding=True))


class SqlDocuments:
    """Documents of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def accept(self, documents: Sequence[NewDocument]) -> list[int]:
        """Write new documents in state `accepted`; return their numbers."""
        if not documents:
            return []
        first = take_numbers(self._connection, self._tenant, "document", len(documents))
        tail = (DocumentState.ACCEPTED, self._now, self._now, self._now)
        insert_rows(
            self._connection,
            tables.document,
            ("tenant", "document_no", *NewDocument._fields, "state", "accepted_at", "changed_at", "search_began_at"),
            [(self._tenant, number, *document, *tail) for number, document in enumerate(documents, first)],
        )
        return list(range(first, first + len(documents)))

    def by_keys(self, keys: Sequence[str]) -> dict[str, DocumentRow]:
        """Return known documents by their keys."""
        found = {}
        for start in range(0, len(keys), _AT_ONCE):
            rows = self._connection.execute(_KEYED, {"t": self._tenant, "some": list(keys[start : start + _AT_ONCE])})
            found.update({row.document_key: DocumentRow._make(row) for row in rows})
        return found

    def get_all(self, numbers: Collection[int]) -> list[DocumentRow]:
        """Return documents by their numbers."""
        rows = self._connection.execute(_NUMBERED, {"t": self._tenant, "some": list(numbers)})
        return [DocumentRow._make(row) for row in rows]

    def numbered(self, document_numbers: Collection[str]) -> list[DocumentRow]:
        """Return the documents that bear these numbers, all versions, copies and kinds of them."""
        found: list[DocumentRow] = []
        for some in _in_parts(document_numbers):
            rows = self._connection.execute(_OF_NUMBERS, {"t": self._tenant, "some": some})
            found.extend(DocumentRow._make(row) for row in rows)
        return found

    def hold(self, number: int) -> DocumentRow:
        """Return a document that nobody else changes before the transaction ends: what is told of it is not lost."""
        lock = " FOR UPDATE" if self._connection.dialect.name == "postgresql" else ""
        row = self._connection.execute(
            text(f"SELECT {_COLUMNS} FROM document WHERE tenant = :t AND document_no = :number{lock}"),
            {"t": self._tenant, "number": number},
        ).one()
        return DocumentRow._make(row)

    def hold_all(self, numbers: Collection[int]) -> list[DocumentRow]:
        """Return documents by number that nobody else changes before the transaction ends."""
        statement = _NUMBERED_HELD if self._connection.dialect.name == "postgresql" else _NUMBERED
        found: list[DocumentRow] = []
        for some in _in_parts(numbers):
            rows = self._connection.execute(statement, {"t": self._tenant, "some": some})
            found.extend(DocumentRow._make(row) for row in rows)
        return found

    def messages_to(self, recipient_keys: Sequence[str], protection_keys: Sequence[str]) -> list[int]:
        """Return the exchanges of documents of these debtors that are under way, in doubt or held."""
        if not recipient_keys:
            return []
        some = {"some": list(recipient_keys), "protected": list(protection_keys)}
        rows = self._connection.execute(_MESSAGES_TO, {"t": self._tenant, **some})
        return list(rows.scalars())

    def hold_in(self, exchanges: Sequence[int]) -> list[DocumentRow]:
        """Return the documents in messages that are under way, in doubt or held; held as by `hold_all`."""
        return self._held(_IN_MESSAGES, exchanges)

    def hold_chosen(self, recipient_keys: Sequence[str], protection_keys: Sequence[str]) -> list[DocumentRow]:
        """Return documents of these debtors that wait for a channel of a person's choice, or with an archive's rest.

        They are held as by `hold_all`.
        """
        return self._held(_CHOSEN, recipient_keys, protected=list(protection_keys))

    def _held(self, query: str, some: Sequence[_Key], **more: list[str]) -> list[DocumentRow]:
        if not some:
            return []
        lock = " FOR UPDATE" if self._connection.dialect.name == "postgresql" else ""
        lists = [bindparam("some", expanding=True), *(bindparam(name, expanding=True, type_=String) for name in more)]
        statement = text(f"{query}{lock}").bindparams(*lists)
        rows = self._connection.execute(statement, {"t": self._tenant, "some": list(some), **more})
        return [DocumentRow._make(row) for row in rows]

    def to_route(self, limit: int, *, after: int = 0) -> list[DocumentRow]:
        """Return accepted documents that are due, by number."""
        rows = self._connection.execute(
            text(
                f"SELECT {_COLUMNS} FROM document WHERE tenant = :t AND state = 'accepted' AND document_no > :after "
                "AND due_at <= :now ORDER BY document_no LIMIT :limit"
            ),
            {"t": self._tenant, "after": after, "now": self._now, "limit": limit},
        )
        return [DocumentRow._make(row) for row in rows]

    def next_due(self, state: str) -> str | None:
        """Return when the first document of a state is looked at again; blank is at once, None when there is none."""
        found: str | None = self._connection.execute(
            text("SELECT min(due_at) FROM document WHERE tenant = :t AND state = :state"),
            {"t": self._tenant, "state": state},
        ).scalar_one()
        return found

    def make_due(self) -> None:
        """Let accepted documents wait no longer for channels that could not say whom they reach."""
        self._connection.execute(
            text("UPDATE document SET due_at = '' WHERE tenant = :t AND state = 'accepted' AND due_at <> ''"),
            {"t": self._tenant},
        )

    def ended(self, channels: Collection[str], limit: int) -> list[tuple[DocumentRow, str]]:
        """Return documents whose messages have come to something, with the state of the message.

        Of what was taken, those of these channels alone.
        """
        rows = self._connection.execute(_ENDED, {"t": self._tenant, "channels": list(channels), "limit": limit})
        return [(DocumentRow._make(row[:-1]), row[-1]) for row in rows]

    def left_with(self, exchanges: Collection[int]) -> list[DocumentRow]:
        """Return documents that stay with messages which have been let go."""
        rows = self._connection.execute(_LEFT_WITH, {"t": self._tenant, "exchanges": list(exchanges)})
        return [DocumentRow._make(row) for row in rows] if exchanges else []

    def silent(self, channel: str, until: str, limit: int) -> list[DocumentRow]:
        """Return documents that a channel sent, of which a report should have come by a time."""
        rows = self._connection.execute(
            text(
                f"SELECT {_COLUMNS} FROM document WHERE tenant = :t AND state = 'sent' AND channel = :channel "
                "AND due_at <> '' AND due_at <= :until ORDER BY document_no LIMIT :limit"
            ),
            {"t": self._tenant, "channel": channel, "until": until, "limit": limit},
        )
        return [DocumentRow._make(row) for row in rows]

    def note_rendered(self, renderings: Iterable[Rendering]) -> None:
        """Write what documents were made to look like."""
        values = [{"t": self._tenant, **one._asdict()} for one in renderings]
        if values:
            self._connection.execute(
                text(
                    "UPDATE document SET pdf_sha256 = :pdf_sha256, e_invoice_sha256 = :e_invoice_sha256 "
                    "WHERE tenant = :t AND document_no = :document_no"
                ),
                values,
            )

    def change(self, document: DocumentRow, *, was: DocumentRow) -> bool:
        """Write where a document stands now; False, and nothing written, when it is no longer as it `was`."""
        return bool(self._connection.execute(_CHANGE, self._changed(document, was)).rowcount)

    def change_held(self, changes: Sequence[tuple[DocumentRow, DocumentRow]]) -> None:
        """Write where documents that this transaction holds stand now: (as it is, as it was).

        Raises:
            LedgerError: one is no longer as it was, so it was not held.
        """
        if not changes:
            return
        result = self._connection.execute(_CHANGE, [self._changed(document, was) for document, was in changes])
        if result.rowcount != len(changes):
            raise LedgerError(f"{result.rowcount} of {len(changes)} documents are as they were: they were not held")

    def _changed(self, document: DocumentRow, was: DocumentRow) -> dict[str, object]:
        now = {"t": self._tenant, "now": self._now, **document._asdict()}
        return {**now, "was_state": was.state, "was_changed_at": was.changed_at}

    def steps(self, numbers: Collection[int]) -> list[DocumentStep]:
        """Return the channels that were looked at for documents, those taken in the order they were."""
        found: list[DocumentStep] = []
        for some in _in_parts(numbers):
            rows = self._connection.execute(_STEPS, {"t": self._tenant, "some": some})
            found.extend(DocumentStep._make(row) for row in rows)
        return found

    def keep_steps(self, steps: Sequence[DocumentStep]) -> None:
        """Write what is said of channels, in place of what was."""
        if steps:
            self._connection.execute(
                _KEEP_STEP, [{"t": self._tenant, **step._asdict(), "changed_at": self._now} for step in steps]
            )

    def of_message(self, channel: str, external_id: str) -> list[DocumentStep]:
        """Return the steps whose message the other side of a channel calls so."""
        return self.of_messages(channel, [external_id]).get(external_id, [])

    def of_messages(self, channel: str, external_ids: Collection[str]) -> dict[str, list[DocumentStep]]:
        """Return the same of many messages, by what the other side calls them."""
        found: dict[str, list[DocumentStep]] = {}
        for some in _in_parts(external_ids):
            rows = self._connection.execute(_OF_MESSAGES, {"t": self._tenant, "channel": channel, "some": some})
            for external_id, *step in rows:
                found.setdefault(external_id, []).append(DocumentStep._make(step))
        return found

    def sent_by(self, channel: str, numbers: Collection[str]) -> dict[str, list[DocumentStep]]:
        """Return the latest steps by which documents went out on a channel, by the documents' numbers."""
        found: dict[str, dict[int, DocumentStep]] = {}
        for some in _in_parts(numbers):
            rows = self._connection.execute(_SENT_BY, {"t": self._tenant, "channel": channel, "some": some})
            for number, document_no, *step in rows:
                found.setdefault(number, {})[document_no] = DocumentStep(document_no, *step)
        return {number: list(steps.values()) for number, steps in found.items()}

    def keep_answer(self, answer: KeptAnswer) -> bool:
        """Keep what a buyer answered, numbered after those before; False when the same is known.

        Its document is held by the transaction (see `hold_all`), so that no two answers get one number.
        """
        result = self._connection.execute(
            text(
                f"INSERT INTO document_answer (tenant, {', '.join(KeptAnswer._fields)}) "
                "SELECT :t, :document_no, coalesce(max(answer_no), 0) + 1, :answer_key, :channel, :kind, :reason, "
                ":answered_at, :now FROM document_answer WHERE tenant = :t AND document_no = :document_no "
                "HAVING coalesce(sum(CASE answer_key WHEN :answer_key THEN 1 ELSE 0 END), 0) = 0"
            ),
            {"t": self._tenant, "now": self._now, **answer._asdict()},
        )
        return bool(result.rowcount)

    def answers(self, numbers: Collection[int]) -> list[KeptAnswer]:
        """Return what buyers answered to documents, in the order it came."""
        found: list[KeptAnswer] = []
        for some in _in_parts(numbers):
            rows = self._connection.execute(_ANSWERS, {"t": self._tenant, "some": some})
            found.extend(KeptAnswer._make(row) for row in rows)
        return found

    def runs_behind(self, numbers: Collection[int]) -> list[Run]:
        """Return the runs that have not ended well and that these documents wait for, oldest first.

        An accepted one waits for the latest run that finds ways, one that is being sent for that of its message.
        """
        if not numbers:
            return []
        rows = self._connection.execute(_RUNS_BEHIND, {"t": self._tenant, "some": sorted(numbers)})
        return [run_of(row) for row in rows]

    def latest(
        self, *, state: str = "", channel: str = "", number: str = "", limit: int = 100, before: int | None = None
    ) -> list[DocumentRow]:
        """Return the newest documents first."""
        rows = self._connection.execute(
            text(
                f"SELECT {_COLUMNS} FROM document WHERE tenant = :t AND (:state = '' OR state = :state) "
                "AND (:channel = '' OR channel = :channel) AND (:number = '' OR number = :number) "
                "AND document_no < :before ORDER BY document_no DESC LIMIT :limit"
            ),
            {
                "t": self._tenant,
                "state": state,
                "channel": channel,
                "number": number,
                "before": before or 2**62,
                "limit": limit,
            },
        )
        return [DocumentRow._make(row) for row in rows]

    def counts(self) -> list[tuple[str, str, int, int]]:
        """Return how many documents stand where: (state, channel, how many, their price together)."""
        rows = self._connection.execute(
            text(
                "SELECT state, channel, count(*), sum(price_ore) FROM document WHERE tenant = :t "
                "GROUP BY state, channel ORDER BY state, channel"
            ),
            {"t": self._tenant},
        )
        return [(row[0], row[1], int(row[2]), int(row[3])) for row in rows]


def _in_parts(keys: Collection[_Key]) -> Iterator[list[_Key]]:
    """Yield keys as many at a time as a statement takes, in one order: those who hold rows never wait in a circle."""
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
