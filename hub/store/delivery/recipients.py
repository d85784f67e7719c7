"""The register of recipients, kept answers about reach, addresses that do not work, and how far reports were read."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam

from hub.model.deliveries import EarlyReport, KeptReach, KnownRecipient
from hub.model.delivery import Receipt, ReceiptKind
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text

_COLUMNS = ", ".join(KnownRecipient._fields)
_REACH_COLUMNS = ", ".join(KeptReach._fields)
_AT_ONCE = 500
MOST_EARLY = 5000  # reports of a channel that wait: whoever shares it with us reports more than is ours
_KEYED = text(f"SELECT {_COLUMNS} FROM recipient WHERE tenant = :t AND recipient_key IN :some").bindparams(
    bindparam("some", expanding=True)
)
_KEEP = text(
    f"INSERT INTO recipient (tenant, {_COLUMNS}) VALUES (:t, {', '.join(f':{n}' for n in KnownRecipient._fields)}) "
    "ON CONFLICT (tenant, recipient_key) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in KnownRecipient._fields[1:])
)
_REACH = text(
    f"SELECT {_REACH_COLUMNS} FROM reach WHERE tenant = :t AND asked_sha256 IN :some AND valid_until > :now"
).bindparams(bindparam("some", expanding=True))
_KEEP_REACH = text(
    f"INSERT INTO reach (tenant, {_REACH_COLUMNS}) VALUES (:t, {', '.join(f':{n}' for n in KeptReach._fields)}) "
    "ON CONFLICT (tenant, asked_sha256, channel) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in KeptReach._fields[2:])
)
_FORGET_OVER = text(
    "DELETE FROM reach WHERE tenant = :t AND recipient_key = :recipient_key AND channel = :channel "
    "AND valid_until <= :now"
)
_BAD = text("SELECT channel, address_sha256 FROM bad_address WHERE tenant = :t AND address_sha256 IN :some").bindparams(
    bindparam("some", expanding=True)
)

_DROP_EARLY = text("DELETE FROM early_report WHERE tenant = :t AND report_no IN :some").bindparams(
    bindparam("some", expanding=True)
)


class SqlRecipients:
    """Recipients of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def known(self, keys: Sequence[str]) -> dict[str, KnownRecipient]:
        """Return what the register says, by key."""
        found = {}
        for start in range(0, len(keys), _AT_ONCE):
            rows = self._connection.execute(_KEYED, {"t": self._tenant, "some": list(keys[start : start + _AT_ONCE])})
            found.update({row.recipient_key: KnownRecipient._make(row) for row in rows})
        return found

    def keep(self, recipients: Sequence[KnownRecipient]) -> None:
        """Write recipients in place of what the register said of them; kept answers about them no longer hold."""
        if not recipients:
            return
        values = [{"t": self._tenant, **one._asdict(), "changed_at": self._now} for one in recipients]
        self._connection.execute(_KEEP, values)
        self._connection.execute(
            text("DELETE FROM reach WHERE tenant = :t AND recipient_key = :recipient_key"),
            [{"t": self._tenant, "recipient_key": one.recipient_key} for one in recipients],
        )

    def latest(self, *, search: str = "", limit: int = 100) -> list[KnownRecipient]:
        """Return recipients by name; `search` is the beginning of a name or a key."""
        rows = self._connection.execute(
            text(
                f"SELECT {_COLUMNS} FROM recipient WHERE tenant = :t "
                "AND (:search = '' OR lower(name) LIKE lower(:like) ESCAPE '!' OR recipient_key = :search) "
                "ORDER BY name, recipient_key LIMIT :limit"
            ),
            {"t": self._tenant, "search": search, "like": f"{_escaped(search)}%", "limit": limit},
        )
        return [KnownRecipient._make(row) for row in rows]

    def reach(self, keys: Sequence[str]) -> list[KeptReach]:
        """Return kept answers that still hold, by the keys that channels were asked with."""
        found: list[KeptReach] = []
        for start in range(0, len(keys), _AT_ONCE):
            some = list(keys[start : start + _AT_ONCE])
            rows = self._connection.execute(_REACH, {"t": self._tenant, "some": some, "now": self._now})
            found.extend(KeptReach._make(row) for row in rows)
        return found

    def keep_reach(self, answers: Sequence[KeptReach]) -> None:
        """Keep answers, each in place of the one before; those about the same debtors that hold no more are removed."""
        if answers:
            ordered = sorted(answers)  # two who keep answers about the same recipients wait for each other in one order
            values = [{"t": self._tenant, **one._asdict()} for one in ordered]
            over = [{name: value[name] for name in ("t", "recipient_key", "channel")} for value in values]
            self._connection.execute(_FORGET_OVER, [{**one, "now": self._now} for one in over])
            self._connection.execute(_KEEP_REACH, values)

    def forget_reach(self, channel: str, recipient_key: str) -> None:
        """Let a channel be asked anew about a recipient."""
        self._connection.execute(
            text("DELETE FROM reach WHERE tenant = :t AND channel = :channel AND recipient_key = :key"),
            {"t": self._tenant, "channel": channel, "key": recipient_key},
        )

    def bad_addresses(self, sha256s: Collection[str]) -> set[tuple[str, str]]:
        """Return those that do not work, as (channel, SHA-256 of the address)."""
        if not sha256s:
            return set()
        rows = self._connection.execute(_BAD, {"t": self._tenant, "some": list(sha256s)})
        return {(row[0], row[1]) for row in rows}

    def note_bad_address(self, channel: str, sha256: str, reason: str) -> None:
        """Write that what was sent to an address came back."""
        self._connection.execute(
            text(
                "INSERT INTO bad_address (tenant, channel, address_sha256, reason, since) "
                "VALUES (:t, :channel, :sha256, :reason, :now) ON CONFLICT DO NOTHING"
            ),
            {"t": self._tenant, "channel": channel, "sha256": sha256, "reason": reason, "now": self._now},
        )

    def forgive_address(self, channel: str, sha256: str) -> None:
        """Let an address be used again."""
        self._connection.execute(
            text("DELETE FROM bad_address WHERE tenant = :t AND channel = :channel AND address_sha256 = :sha256"),
            {"t": self._tenant, "channel": channel, "sha256": sha256},
        )

    def early_reports(self, channel: str) -> list[EarlyReport]:
        """Return reports of a channel that wait for their messages, in the order they came."""
        rows = self._connection.execute(
            text(
                "SELECT report_no, came_at, kind, external_id, reason, reported_at, is_bad_address FROM early_report "
                "WHERE tenant = :t AND channel = :channel ORDER BY report_no"
            ),
            {"t": self._tenant, "channel": channel},
        )
        return [
            EarlyReport(no, came_at, Receipt(ReceiptKind(kind), "", external_id, reason, at, bool(is_bad)))
            for no, came_at, kind, external_id, reason, at, is_bad in rows
        ]

    def keep_early(self, channel: str, receipts: Sequence[Receipt]) -> None:
        """Put reports aside whose messages are not known yet; of too many the oldest go."""
        if not receipts:
            return
        first = take_numbers(self._connection, self._tenant, "early_report", len(receipts))
        columns = ("kind", "external_id", "reason", "reported_at", "is_bad_address", "came_at")
        insert_rows(
            self._connection,
            tables.early_report,
            ("tenant", "report_no", "channel", *columns),
            [
                (
                    self._tenant,
                    no,
                    channel,
                    str(r.kind),
                    r.external_id,
                    r.reason,
                    r.at,
                    int(r.is_bad_address),
                    self._now,
                )
                for no, r in enumerate(receipts, first)
            ],
        )
        self._connection.execute(
            text(
                "DELETE FROM early_report WHERE tenant = :t AND channel = :channel AND report_no <= ("
                "SELECT report_no FROM early_report WHERE tenant = :t AND channel = :channel "
                "ORDER BY report_no DESC LIMIT 1 OFFSET :most)"
            ),
            {"t": self._tenant, "channel": channel, "most": MOST_EARLY},
        )

    def drop_early(self, numbers: Sequence[int]) -> None:
        """Let reports go that were put aside: they are told, or nobody's."""
        for start in range(0, len(numbers), _AT_ONCE):
            self._connection.execute(_DROP_EARLY, {"t": self._tenant, "some": list(numbers[start : start + _AT_ONCE])})

    def cursor(self, channel: str) -> str:
        """Return how far a channel's reports have been read, blank when none has."""
        found = self._connection.execute(
            text("SELECT cursor FROM channel_cursor WHERE tenant = :t AND channel = :channel"),
            {"t": self._tenant, "channel": channel},
        ).scalar_one_or_none()
        return found or ""

    def asked_at(self, channel: str) -> str:
        """Return when a channel was last asked for reports, and answered; blank when it never has."""
        found = self._connection.execute(
            text("SELECT asked_at FROM channel_cursor WHERE tenant = :t AND channel = :channel"),
            {"t": self._tenant, "channel": channel},
        ).scalar_one_or_none()
        return found or ""

    def keep_cursor(self, channel: str, cursor: str) -> None:
        """Write how far a channel's reports have been read."""
        self._connection.execute(
            text(
                "INSERT INTO channel_cursor (tenant, channel, cursor, asked_at) VALUES (:t, :channel, :cursor, :now) "
                "ON CONFLICT (tenant, channel) DO UPDATE SET cursor = excluded.cursor, asked_at = excluded.asked_at"
            ),
            {"t": self._tenant, "channel": channel, "cursor": cursor, "now": self._now},
        )


def _escaped(words: str) -> str:
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")
