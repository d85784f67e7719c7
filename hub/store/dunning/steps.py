"""The steps that were taken on receivables, and what was debited or printed with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam

from hub.model.dunning_plans import StepTaken
from hub.model.limitation import Interruption
from hub.rules.charges import EntryFacts
from hub.store.dunning.receivables import IDS, OpenDebts
from hub.store.statements import text
from hub.store.temporary import lay_out

_TEXTS = {"step", "dated_on", "answer_by", "interest_until", "letter", "sent_at", "undone_at", "undone_because"}
_NEW_STEP = {name: "TEXT" if name in _TEXTS else "BIGINT" for name in StepTaken._fields}
_NAMES = ", ".join(StepTaken._fields)
_ADD = text(f"""
    INSERT INTO dunning_step (tenant, {_NAMES})
    SELECT :t, {
    _NAMES.replace(
        "step_no",
        "step_no + coalesce((SELECT max(d.step_no) FROM dunning_step d "
        "WHERE d.tenant = :t AND d.receivable_id = new_step.receivable_id), 0)",
        1,
    )
}
    FROM new_step
""")
_OF_LETTERS = text(f"""
    SELECT {_NAMES} FROM dunning_step
    WHERE tenant = :t AND letter IN :letters AND undone_at IS NULL
    ORDER BY receivable_id, step_no
""").bindparams(bindparam("letters", expanding=True))
_ENTRIES = text(f"""
    SELECT a.receivable_id, {", ".join(f"e.{name}" for name in EntryFacts._fields)}
    FROM asked a
    JOIN receivable n ON n.tenant = :t AND n.receivable_id = a.receivable_id
    JOIN receivable v ON v.tenant = :t AND v.company = n.company AND v.number = n.number
                     AND v.source_system = n.source_system AND v.version <= n.version
    JOIN entry e ON e.tenant = :t AND e.receivable_id = v.receivable_id
    ORDER BY a.receivable_id, e.entry_no
""")
_UNSENT = text("""
    SELECT count(DISTINCT s.letter) FROM run_plan_item i
    JOIN dunning_step s ON s.tenant = :t AND s.receivable_id = i.receivable_id AND s.plan_no = i.plan_no
    WHERE i.tenant = :t AND i.plan_no = :plan_no AND i.outcome = 'done' AND s.sent_at IS NULL AND s.undone_at IS NULL
""")
_UNDO = text(
    "UPDATE dunning_step SET undone_at = :now, undone_because = :because "
    "WHERE tenant = :t AND receivable_id = :receivable_id AND step_no = :step_no AND undone_at IS NULL"
)
_SENT = text(
    "UPDATE dunning_step SET sent_at = :sent_at, answer_by = :answer_by, document_no = :document_no "
    "WHERE tenant = :t AND receivable_id = :receivable_id AND step_no = :step_no"
)
_PRINTED = text(
    "INSERT INTO printed_charge (tenant, receivable_id, printed_on, fee_ore, interest_ore) "
    "VALUES (:t, :receivable_id, :on, :fee_ore, :interest_ore) ON CONFLICT (tenant, receivable_id) DO UPDATE SET "
    "printed_on = excluded.printed_on, fee_ore = excluded.fee_ore, interest_ore = excluded.interest_ore"
)
_NOT_PRINTED = text(
    "UPDATE printed_charge SET interest_ore = 0, "
    "fee_ore = CASE WHEN fee_ore > :fee_ore THEN fee_ore - :fee_ore ELSE 0 END "
    "WHERE tenant = :t AND receivable_id = :receivable_id"
)

_TELL = text("""
    INSERT INTO limitation_interruption
        (tenant, receivable_id, kind, on_day, ended_on, has_failed, remark, told_by, told_at)
    VALUES (:t, :receivable_id, :kind, :on, :ended_on, :has_failed, :remark, :user, :now)
    ON CONFLICT (tenant, receivable_id, kind, on_day) DO UPDATE SET ended_on = excluded.ended_on,
        has_failed = excluded.has_failed, remark = excluded.remark, told_by = excluded.told_by,
        told_at = excluded.told_at
""")
_TAKE_BACK = text("""
    DELETE FROM limitation_interruption
    WHERE tenant = :t AND receivable_id = :receivable_id AND kind = :kind AND on_day = :on
""")


class SqlDunning(OpenDebts):
    """Dunning steps of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def add_steps(self, steps: Sequence[StepTaken]) -> None:
        """Write steps, each the next of its receivable: their own numbers count from the last that there is."""
        lay_out(self._connection, "new_step", _NEW_STEP, steps)
        self._connection.execute(_ADD, {"t": self._tenant})

    def steps_of_letters(self, keys: Sequence[str]) -> list[StepTaken]:
        """Return the steps that stand and whose letters have these keys, by receivable."""
        found: list[StepTaken] = []
        for start in range(0, len(keys), 500):
            asked = {"t": self._tenant, "letters": list(keys[start : start + 500])}
            found += [StepTaken._make(row) for row in self._connection.execute(_OF_LETTERS, asked)]
        return sorted(found, key=lambda step: (step.receivable_id, step.step_no))

    def unsent_letters(self, plan_no: int) -> int:
        """Return how many letters of a plan's standing steps have not been told to be sent."""
        asked = {"t": self._tenant, "plan_no": plan_no}
        return int(self._connection.execute(_UNSENT, asked).scalar_one())

    def steps_of(self, receivable_id: int) -> list[StepTaken]:
        """Return every step of a receivable, undone ones too, oldest first."""
        rows = self._connection.execute(
            text(f"SELECT {_NAMES} FROM dunning_step WHERE tenant = :t AND receivable_id = :id ORDER BY step_no"),
            {"t": self._tenant, "id": receivable_id},
        )
        return [StepTaken._make(row) for row in rows]

    def entries_of(self, receivable_ids: Sequence[int]) -> dict[int, list[EntryFacts]]:
        """Return the entries of receivables, and of the versions that they replaced, by receivable."""
        lay_out(self._connection, "asked", IDS, [(one,) for one in receivable_ids])
        found: dict[int, list[EntryFacts]] = {one: [] for one in receivable_ids}
        for row in self._connection.execute(_ENTRIES, {"t": self._tenant}):
            found[row[0]].append(EntryFacts._make(row[1:]))
        return found

    def undo_steps(self, steps: Sequence[StepTaken], because: str) -> None:
        """Write down that steps stand no more; one that stood no more before stays as it was."""
        self._each(_UNDO, steps, because=because)

    def mark_sent(self, steps: Sequence[StepTaken]) -> None:
        """Write down when and as which document the letters of steps were sent, and until when there is time."""
        self._each(_SENT, steps)

    def note_printed(self, steps: Iterable[tuple[int, int, int]], printed_on: str) -> None:
        """Keep what the latest letters print and do not debit: (receivable id, fee and interest in öre)."""
        rows = [{"receivable_id": one, "fee_ore": fee, "interest_ore": interest} for one, fee, interest in steps]
        self._many(_PRINTED, [{**row, "on": printed_on} for row in rows])

    def forget_printed(self, steps: Iterable[tuple[int, int]]) -> None:
        """Take back what letters printed that stand no more: (receivable id, fee in öre)."""
        self._many(_NOT_PRINTED, [{"receivable_id": one, "fee_ore": fee} for one, fee in steps])

    def _each(self, statement: Any, steps: Sequence[StepTaken], **values: Any) -> None:
        self._many(statement, [{**step._asdict(), "now": self._now, **values} for step in steps])

    def _many(self, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(statement, [{"t": self._tenant, **row} for row in rows])

    def interrupt(self, receivable_id: int, told: Interruption, *, remark: str, user: str) -> None:
        """Keep what has started a claim's time anew; of the same kind and day, what is told last holds."""
        ended_on = None if told.ended_on is None else told.ended_on.isoformat()
        values = {"ended_on": ended_on, "has_failed": int(told.has_failed), "remark": remark, "user": user}
        self._connection.execute(_TELL, {**self._named(receivable_id, told), **values, "now": self._now})

    def take_back_interruption(self, receivable_id: int, told: Interruption) -> bool:
        """Forget one that did not happen; say whether there was one."""
        return bool(self._connection.execute(_TAKE_BACK, self._named(receivable_id, told)).rowcount)

    def _named(self, receivable_id: int, told: Interruption) -> dict[str, Any]:
        return {"t": self._tenant, "receivable_id": receivable_id, "kind": told.kind, "on": told.on.isoformat()}
