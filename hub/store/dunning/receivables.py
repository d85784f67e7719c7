"""What dunning reads of open receivables: page by page in the order of their clustered keys, or by their ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, TextClause

from hub.identifiers.identity_key import identity_key
from hub.model.delivery_commands import UNDELIVERABLE_LETTER
from hub.model.dunning_plans import OpenDebt, Selection, StepTaken
from hub.model.limitation import InterruptedBy, Interruption
from hub.model.mandates import LIVE
from hub.store.conditions import Conditions
from hub.store.dunning.handed_over import handed_over_between, handed_over_of
from hub.store.statements import listed, text
from hub.store.temporary import lay_out

Value = TypeVar("Value")

IDS = {"receivable_id": "BIGINT PRIMARY KEY"}
_DEBT = """
    SELECT r.receivable_id, r.company, r.number, r.source_system, r.routine, r.kind, r.currency, r.group_no,
           r.invoice_date, r.due_date, r.debtor_identity, r.debtor_key, r.debtor_number, {open}
"""
_OPEN = "o.principal_ore, o.fee_ore, o.interest_ore"
_OPEN_OR_SETTLED = "coalesce(o.principal_ore, 0), coalesce(o.fee_ore, 0), coalesce(o.interest_ore, 0)"
_STEP = ", ".join(f"s.{name}" for name in StepTaken._fields)
_PAGE = f"""{_DEBT.format(open=_OPEN)}
    FROM open_item o CROSS JOIN receivable r
    WHERE o.tenant = :t AND o.receivable_id > :after AND r.tenant = :t AND r.receivable_id = o.receivable_id
"""  # SQLite keeps the order of a cross join: it goes along the open items
_PAGE_END = "ORDER BY o.receivable_id LIMIT :limit"
_BETWEEN = "{table}.tenant = :t AND {table}.receivable_id > :after AND {table}.receivable_id <= :last"
_STANDING = "s.undone_at IS NULL ORDER BY s.receivable_id, s.step_no"
_ACTIVE = "h.ended_at IS NULL AND (h.until_date IS NULL OR h.until_date >= :today) ORDER BY h.receivable_id, h.hold_no"
_STEPS = text(f"SELECT {_STEP} FROM dunning_step s WHERE {_BETWEEN.format(table='s')} AND {_STANDING}")
_HOLDS = text(f"SELECT h.receivable_id, h.code FROM hold h WHERE {_BETWEEN.format(table='h')} AND {_ACTIVE}")
_TOLD = "SELECT i.receivable_id, i.kind, i.on_day, i.ended_on, i.has_failed FROM"
_INTERRUPTIONS = text(f"{_TOLD} limitation_interruption i WHERE {_BETWEEN.format(table='i')}")
_INTERRUPTIONS_OF = text(f"""
    {_TOLD} asked a JOIN limitation_interruption i ON i.tenant = :t AND i.receivable_id = a.receivable_id
""")
_DEBTS_OF = text(f"""{_DEBT.format(open=_OPEN_OR_SETTLED)}
    FROM asked a
    JOIN receivable r ON r.tenant = :t AND r.receivable_id = a.receivable_id
    LEFT JOIN open_item o ON o.tenant = :t AND o.receivable_id = a.receivable_id
    ORDER BY a.receivable_id
""")
_STEPS_OF = text(f"""
    SELECT {_STEP} FROM asked a JOIN dunning_step s ON s.tenant = :t AND s.receivable_id = a.receivable_id
    WHERE {_STANDING}
""")
_HOLDS_OF = text(f"""
    SELECT h.receivable_id, h.code FROM asked a JOIN hold h ON h.tenant = :t AND h.receivable_id = a.receivable_id
    WHERE {_ACTIVE}
""")

_UNSEEN = "s.undone_at IS NOT NULL AND k.kind = :task AND k.state = 'open'"
_UNDELIVERABLE = text(f"""
    SELECT s.receivable_id FROM task k JOIN dunning_step s ON s.tenant = :t AND s.letter = k.subject
    WHERE k.tenant = :t AND {_BETWEEN.format(table="s")} AND {_UNSEEN}
""")
_UNDELIVERABLE_OF = text(f"""
    SELECT a.receivable_id FROM asked a
    JOIN dunning_step s ON s.tenant = :t AND s.receivable_id = a.receivable_id
    JOIN task k ON k.tenant = :t AND k.subject = s.letter
    WHERE {_UNSEEN}
""")
_IS_LIVE = f"q.state IN ({listed(LIVE)})"
_DRAWN = text(f"""
    SELECT q.receivable_id, q.on_date FROM payment_request q WHERE {_BETWEEN.format(table="q")} AND {_IS_LIVE}
""")
_DRAWN_OF = text(f"""
    SELECT a.receivable_id, q.on_date FROM asked a
    JOIN payment_request q ON q.tenant = :t AND q.receivable_id = a.receivable_id
    WHERE {_IS_LIVE}
""")
_FEES = "f.undone_at IS NULL AND o.principal_ore + o.fee_ore + o.interest_ore > 0"
_FEES_OF_OPEN = text(f"""
    SELECT f.invoice_id FROM fee_invoice f JOIN open_item o ON o.tenant = :t AND o.receivable_id = f.receivable_id
    WHERE f.tenant = :t AND f.invoice_id > :after AND f.invoice_id <= :last AND {_FEES}
""")
_FEES_OF_OPEN_OF = text(f"""
    SELECT f.invoice_id FROM asked a
    JOIN fee_invoice f ON f.tenant = :t AND f.invoice_id = a.receivable_id
    JOIN open_item o ON o.tenant = :t AND o.receivable_id = f.receivable_id
    WHERE {_FEES}
""")
_WHOSE = """(r.debtor_key = :debtor_key OR r.debtor_number = :debtor
    OR (r.debtor_number <> '' AND r.source_system || '/' || r.debtor_number = :debtor))"""
_SYSTEMS_OF_DEBTOR = text("""
    SELECT DISTINCT r.source_system FROM open_item o CROSS JOIN receivable r
    WHERE o.tenant = :t AND r.tenant = :t AND r.receivable_id = o.receivable_id AND r.debtor_number = :debtor
    ORDER BY r.source_system
""")


class DunnedPage(NamedTuple):
    """Some open receivables, with what each has of steps that stand, active holds and told interruptions.

    Undeliverable are those whose last letter no channel could deliver, while nobody has seen to it. Drawn are those
    with a live payment request (*autogiro*), each with its day; fees of open ones are fee invoices whose own receivable
    is open; handed over are those at an agency, at the enforcement authority or in an instalment plan, with which.
    """

    debts: Sequence[OpenDebt]
    steps: Mapping[int, Sequence[StepTaken]]
    holds: Mapping[int, Sequence[str]]
    interruptions: Mapping[int, Sequence[Interruption]]
    undeliverable: Collection[int]
    drawn: Mapping[int, str]
    fees_of_open: Collection[int] = ()
    handed_over: Mapping[int, str] = MappingProxyType({})


class OpenDebts:
    """Open receivables of one tenant, as dunning reads them."""

    _connection: Connection
    _tenant: int

    def page(self, selection: Selection, *, after: int, limit: int, today: str, invoiced_to: str = "") -> DunnedPage:
        """Return the next open receivables after one; fewer than the limit are the last.

        With `invoiced_to`, an ISO date, only those that were invoiced on that day or before.
        """
        chosen = _chosen(selection, t=self._tenant, after=after, limit=limit)
        chosen.add("r.invoice_date <= :invoiced_to", invoiced_to=invoiced_to)
        rows = self._connection.execute(chosen.statement(f"{_PAGE} {chosen.where} {_PAGE_END}"), chosen.values)
        debts = [OpenDebt._make(row) for row in rows]
        span = {"t": self._tenant, "after": after, "last": debts[-1].receivable_id if debts else after, "today": today}
        return DunnedPage(
            debts,
            self._taken(_STEPS, span),
            self._held(_HOLDS, span),
            self._told(_INTERRUPTIONS, span),
            self._undeliverable(_UNDELIVERABLE, span),
            self._drawn(_DRAWN, span),
            self._fees_of_open(_FEES_OF_OPEN, span),
            handed_over_between(self._connection, {name: span[name] for name in ("t", "after", "last")}),
        )

    def systems_of_debtor(self, debtor_number: str) -> list[str]:
        """Return the source systems by which a customer number owes something."""
        asked = {"t": self._tenant, "debtor": debtor_number}
        return [row.source_system for row in self._connection.execute(_SYSTEMS_OF_DEBTOR, asked)]

    def of(self, receivable_ids: Sequence[int], today: str) -> DunnedPage:
        """Return some receivables, settled ones too."""
        lay_out(self._connection, "asked", IDS, [(one,) for one in receivable_ids])
        asked = {"t": self._tenant, "today": today}
        debts = [OpenDebt._make(row) for row in self._connection.execute(_DEBTS_OF, asked)]
        return DunnedPage(
            debts,
            self._taken(_STEPS_OF, asked),
            self._held(_HOLDS_OF, asked),
            self._told(_INTERRUPTIONS_OF, asked),
            self._undeliverable(_UNDELIVERABLE_OF, asked),
            self._drawn(_DRAWN_OF, asked),
            self._fees_of_open(_FEES_OF_OPEN_OF, {"t": self._tenant}),
            handed_over_of(self._connection, self._tenant),
        )

    def _taken(self, question: TextClause, asked: Mapping[str, Any]) -> dict[int, list[StepTaken]]:
        return _gathered((row[0], StepTaken._make(row)) for row in self._connection.execute(question, dict(asked)))

    def _held(self, question: TextClause, asked: Mapping[str, Any]) -> dict[int, list[str]]:
        return _gathered((row[0], row[1]) for row in self._connection.execute(question, dict(asked)))

    def _told(self, question: TextClause, asked: Mapping[str, Any]) -> dict[int, list[Interruption]]:
        return _gathered((row[0], _interruption(*row[1:])) for row in self._connection.execute(question, dict(asked)))

    def _drawn(self, question: TextClause, asked: Mapping[str, Any]) -> dict[int, str]:
        return {row.receivable_id: row.on_date for row in self._connection.execute(question, dict(asked))}

    def _undeliverable(self, question: TextClause, asked: Mapping[str, Any]) -> set[int]:
        return set(self._connection.execute(question, {**asked, "task": UNDELIVERABLE_LETTER}).scalars())

    def _fees_of_open(self, question: TextClause, asked: Mapping[str, Any]) -> set[int]:
        values = {name: value for name, value in asked.items() if name != "today"}
        return set(self._connection.execute(question, values).scalars())


def _interruption(kind: str, on_day: str, ended_on: str | None, has_failed: int) -> Interruption:
    ended = None if ended_on is None else date.fromisoformat(ended_on)
    return Interruption(InterruptedBy(kind), date.fromisoformat(on_day), ended, bool(has_failed))


def _gathered(pairs: Iterable[tuple[int, Value]]) -> dict[int, list[Value]]:
    found: dict[int, list[Value]] = {}
    for receivable_id, value in pairs:
        found.setdefault(receivable_id, []).append(value)
    return found


def _chosen(selection: Selection, **values: int) -> Conditions:
    chosen = Conditions(**values)
    chosen.add("r.company IN :companies", companies=selection.companies)
    chosen.add("r.routine IN :routines", routines=selection.routines)
    chosen.one_or_range(selection.number, selection.number_to)
    chosen.add("r.department = :department", department=selection.department)
    debtor_key = identity_key(selection.debtor) or selection.debtor
    chosen.add(_WHOSE, debtor=selection.debtor, debtor_key=debtor_key)
    return chosen
