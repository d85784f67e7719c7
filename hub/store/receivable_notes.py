"""What stands beside a receivable: holds, watches, charges that a letter printed, a moved due date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam

from hub.model.receivables import Hold, NewHold, Watch
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.statements import text

_ACTIVE_HOLDS = text(f"""
    SELECT {", ".join(Hold._fields)} FROM hold
    WHERE tenant = :t AND receivable_id IN :ids AND ended_at IS NULL AND coalesce(until_date, :today) >= :today
    ORDER BY receivable_id, hold_no
""").bindparams(bindparam("ids", expanding=True))

_HELD_NUMBERS = text("""
    SELECT DISTINCT r.number, r.source_system FROM receivable r
    JOIN hold h ON h.tenant = r.tenant AND h.receivable_id = r.receivable_id
    WHERE r.tenant = :t AND r.company = :company AND r.number IN :numbers AND h.code IN :codes
      AND h.ended_at IS NULL AND coalesce(h.until_date, :today) >= :today
""").bindparams(bindparam("numbers", expanding=True), bindparam("codes", expanding=True))

_BESIDE = (
    "collection_case",
    "hold", "watch", "printed_charge", "dunning_step", "limitation_interruption", "interest_charge", "carried_charge",
    "instalment_claim", "fee_invoice", "order_to_pay_claim",
)  # fmt: skip
_LAST_HOLDS = text(
    "SELECT receivable_id, max(hold_no) FROM hold WHERE tenant = :t AND receivable_id IN :ids GROUP BY receivable_id"
).bindparams(bindparam("ids", expanding=True))

_END_HOLD = text("""
    UPDATE hold SET ended_at = :now
    WHERE tenant = :t AND receivable_id = :id AND hold_no = :hold_no AND ended_at IS NULL
""")
_WATCH = text("""
    INSERT INTO watch (tenant, receivable_id, text, set_by, set_at) VALUES (:t, :id, :text, :by, :now)
    ON CONFLICT (tenant, receivable_id) DO UPDATE SET text = excluded.text, set_by = excluded.set_by,
        set_at = excluded.set_at
""")
_WATCHES = text(f"""
    SELECT receivable_id, {", ".join(Watch._fields)} FROM watch WHERE tenant = :t AND receivable_id IN :ids
""").bindparams(bindparam("ids", expanding=True))
_UNWATCH = text("DELETE FROM watch WHERE tenant = :t AND receivable_id = :id")


class ReceivableNotes:
    """Notes of one tenant's receivables within one transaction."""

    _connection: Connection
    _tenant: int
    _now: str

    def set_hold(self, receivable_id: int, *, code: str, reason: str, source: str, until_date: str | None) -> int:
        """Add a hold (*kravkod*) and return its number; earlier ones stay active."""
        values = {
            "t": self._tenant,
            "id": receivable_id,
            "code": code,
            "reason": reason,
            "source": source,
            "until": until_date,
            "now": self._now,
        }
        added = self._connection.execute(
            text(
                "INSERT INTO hold (tenant, receivable_id, hold_no, code, reason, source, until_date, set_at) "
                "SELECT :t, :id, 1 + coalesce(max(hold_no), 0), :code, :reason, :source, :until, :now "
                "FROM hold WHERE tenant = :t AND receivable_id = :id RETURNING hold_no"
            ),
            values,
        )
        return int(added.scalar_one())

    def set_holds(self, holds: Sequence[NewHold]) -> list[int]:
        """Add holds to receivables that are locked, and return their numbers, each after those of its receivable."""
        last = dict.fromkeys((hold.receivable_id for hold in holds), 0)
        numbers = sorted(last)
        for start in range(0, len(numbers), 500):
            some = {"t": self._tenant, "ids": numbers[start : start + 500]}
            last.update((row[0], row[1]) for row in self._connection.execute(_LAST_HOLDS, some))
        rows = []
        for hold in holds:
            last[hold.receivable_id] += 1
            rows.append((self._tenant, hold.receivable_id, last[hold.receivable_id], *hold[1:], self._now))
        names = ("tenant", "receivable_id", "hold_no", *NewHold._fields[1:], "set_at")
        insert_rows(self._connection, tables.hold, names, rows)
        return [row[2] for row in rows]

    def holds(self, receivable_id: int) -> list[dict[str, Any]]:
        """Return every hold of a receivable, ended ones too, oldest first."""
        rows = self._connection.execute(
            text(
                "SELECT hold_no, code, reason, source, until_date, set_at, ended_at FROM hold "
                "WHERE tenant = :t AND receivable_id = :id ORDER BY hold_no"
            ),
            {"t": self._tenant, "id": receivable_id},
        ).mappings()
        return [dict(row) for row in rows]

    def active_holds(self, receivable_ids: Sequence[int], today: str) -> list[Hold]:
        """Return the holds of receivables that have neither been ended nor ended by themselves, oldest first."""
        found: list[Hold] = []
        for start in range(0, len(receivable_ids), 500):
            values = {"t": self._tenant, "ids": list(receivable_ids[start : start + 500]), "today": today}
            found.extend(Hold._make(row) for row in self._connection.execute(_ACTIVE_HOLDS, values))
        return found

    def held_numbers(
        self, company: str, numbers: Sequence[str], codes: Sequence[str], today: str
    ) -> set[tuple[str, str]]:
        """Return number and source system of those of a company's receivables that have an active hold of a code."""
        found: set[tuple[str, str]] = set()
        for start in range(0, len(numbers), 500):
            some = {"company": company, "numbers": list(numbers[start : start + 500]), "codes": list(codes)}
            rows = self._connection.execute(_HELD_NUMBERS, {"t": self._tenant, "today": today, **some})
            found.update((row[0], row[1]) for row in rows)
        return found

    def standing_holds(self, receivable_ids: Sequence[int]) -> list[Hold]:
        """Return the holds of receivables that nobody has ended, also those whose last day has passed; oldest first."""
        return self.active_holds(receivable_ids, "")

    def end_hold(self, receivable_id: int, hold_no: int) -> None:
        """Write down that a hold has ended."""
        self.end_holds([(receivable_id, hold_no)])

    def end_holds(self, holds: Iterable[tuple[int, int]]) -> None:
        """Write down that holds have ended: (receivable, hold number)."""
        self._execute_many(_END_HOLD, [{"id": one, "hold_no": hold_no, "now": self._now} for one, hold_no in holds])

    def let_hold_pass(self, receivable_id: int, hold_no: int, last_day: str) -> None:
        """Let a hold end by itself after a day; one that is a deferral has then been kept."""
        self._connection.execute(
            text(
                "UPDATE hold SET until_date = :day WHERE tenant = :t AND receivable_id = :id AND hold_no = :hold_no "
                "AND ended_at IS NULL"
            ),
            {"t": self._tenant, "id": receivable_id, "hold_no": hold_no, "day": last_day},
        )

    def watch(self, receivable_id: int, watch_text: str, set_by: str) -> None:
        """Put a receivable under watch, or change the text of its watch."""
        self.watch_all([(receivable_id, watch_text, set_by)])

    def watch_all(self, watches: Iterable[tuple[int, str, str]]) -> None:
        """Put receivables under watch, or change the texts of their watches: (receivable, text, by whom)."""
        rows = [{"id": one, "text": watch_text, "by": by, "now": self._now} for one, watch_text, by in watches]
        self._execute_many(_WATCH, rows)

    def watch_of(self, receivable_id: int) -> Watch | None:
        """Return the watch of a receivable, or None."""
        return self.watches_of([receivable_id]).get(receivable_id)

    def watches_of(self, receivable_ids: Sequence[int]) -> dict[int, Watch]:
        """Return the watches of receivables that are watched, by receivable."""
        found: dict[int, Watch] = {}
        for start in range(0, len(receivable_ids), 500):
            some = {"t": self._tenant, "ids": list(receivable_ids[start : start + 500])}
            found.update((row[0], Watch._make(row[1:])) for row in self._connection.execute(_WATCHES, some))
        return found

    def unwatch(self, receivable_id: int) -> bool:
        """End the watch of a receivable; False when there was none."""
        ended = self._connection.execute(_UNWATCH, {"t": self._tenant, "id": receivable_id})
        return bool(ended.rowcount)

    def unwatch_all(self, receivable_ids: Iterable[int]) -> None:
        """End the watches of receivables."""
        self._execute_many(_UNWATCH, [{"id": receivable_id} for receivable_id in receivable_ids])

    def _execute_many(self, statement: TextClause, rows: Sequence[dict[str, Any]]) -> None:
        """Carry a statement out for many rows in one call."""
        if rows:
            self._connection.execute(statement, [{"t": self._tenant, **row} for row in rows])

    def note_printed_charge(self, receivable_id: int, *, printed_on: str, fee_ore: int, interest_ore: int) -> bool:
        """Keep what the latest letter printed; False when a later letter is known already."""
        noted = self._connection.execute(
            text(
                "INSERT INTO printed_charge (tenant, receivable_id, printed_on, fee_ore, interest_ore) "
                "VALUES (:t, :id, :on, :fee, :interest) ON CONFLICT (tenant, receivable_id) DO UPDATE SET "
                "printed_on = excluded.printed_on, fee_ore = excluded.fee_ore, interest_ore = excluded.interest_ore "
                "WHERE printed_charge.printed_on <= excluded.printed_on"
            ),
            {"t": self._tenant, "id": receivable_id, "on": printed_on, "fee": fee_ore, "interest": interest_ore},
        )
        return bool(noted.rowcount)

    def move_notes(self, old_receivable_id: int, new_receivable_id: int) -> None:
        """Let holds, watch, charges, dunning steps, plan and order to pay stand beside a receivable's new version."""
        for table in _BESIDE:
            self._connection.execute(
                text(f"UPDATE {table} SET receivable_id = :new WHERE tenant = :t AND receivable_id = :old"),
                {"t": self._tenant, "old": old_receivable_id, "new": new_receivable_id},
            )

    def change_due_date(self, receivable_id: int, due_date: str) -> None:
        """Move the due date; the original one stays as it is."""
        self._connection.execute(
            text("UPDATE receivable SET due_date = :due WHERE tenant = :t AND receivable_id = :id"),
            {"t": self._tenant, "id": receivable_id, "due": due_date},
        )
