"""The open balance list as of a day: each receivable's entries up to then, summed by column."""

from __future__ import annotations

from sqlalchemy import Connection

from hub.banking_calendar import end_of_swedish_day
from hub.model.reports import BalanceSelection, BalanceSort, Basis, Dunned, Standing
from hub.rules.reports.balance_columns import ADDED_BY, INVOICED_BY, MOVED
from hub.store.conditions import Conditions, by_letters, named_in
from hub.store.reports.dunned import DEMANDS, REMINDERS, dunned_by
from hub.store.reports.movements import MEANT

_COLUMN = f"""CASE WHEN {MEANT} IN {named_in(INVOICED_BY)} THEN 1
    WHEN {MEANT} IN {named_in(ADDED_BY)} THEN 2
    WHEN {MEANT} = '{MOVED}' AND e.bucket <> 'principal' AND e.payment_id IS NULL THEN 2 ELSE 3 END"""


def _sum(column: int) -> str:
    return f"CAST(sum(CASE {_COLUMN} WHEN {column} THEN e.amount_ore ELSE 0 END) AS BIGINT)"


# The order of the join is given: SQLite then reads both tables by their keys, side by side, and groups as it goes.
ROWS = f"""
    SELECT r.company, r.routine, r.number, r.version, r.kind, r.currency, r.invoice_date, r.due_date, r.debtor_name,
           r.debtor_identity, r.debtor_number, r.register_identity, r.department, {_sum(1)} AS invoiced_ore,
           {_sum(2)} AS added_ore, {_sum(3)} AS paid_ore, CAST(sum(e.amount_ore) AS BIGINT) AS balance_ore
    FROM receivable r CROSS JOIN entry e
    WHERE r.tenant = :t AND e.tenant = r.tenant AND e.receivable_id = r.receivable_id"""
GROUPED = "GROUP BY r.tenant, r.receivable_id"

_NUMBER = ("length(r.number)", "r.number")
_BY_INVOICE = ("r.company", *_NUMBER)
ORDERS = {
    BalanceSort.INVOICE: _BY_INVOICE,
    BalanceSort.PERSON: ("r.debtor_key", *_BY_INVOICE),
    BalanceSort.REGISTER: ("r.register_identity", *_BY_INVOICE),
    BalanceSort.DEPARTMENT: ("r.department", *_BY_INVOICE),
    BalanceSort.NAME: (by_letters("r.debtor_name"), *_BY_INVOICE),
    BalanceSort.DUE: ("r.due_date", *_BY_INVOICE),
}
DATE_OF = {Basis.BOOKED: "e.booked_date", Basis.TRANSACTION: "e.transaction_date"}

TOTALS = """
    SELECT company, routine, currency, count(*), CAST(sum(invoiced_ore) AS BIGINT), CAST(sum(added_ore) AS BIGINT),
           CAST(sum(paid_ore) AS BIGINT), CAST(sum(balance_ore) AS BIGINT)
    FROM ({rows}) AS s GROUP BY company, routine, currency ORDER BY company, routine, currency
"""


def conditions_of(selection: BalanceSelection, person_key: str, tenant: int, connection: Connection) -> Conditions:
    """Return the conditions of a balance list; `person_key` is what identities are compared by."""
    made = Conditions(t=tenant)
    _as_of(made, selection.basis, selection.as_of.isoformat(), selection.through_event)
    _of_receivable(made, selection, person_key)
    day_end = end_of_swedish_day(selection.as_of).isoformat(timespec="milliseconds")
    made.add(_HELD, hold=selection.hold_code, as_of=selection.as_of.isoformat(), day_end=day_end)
    made.add(_PAID_BY, method=f"method:{selection.method}" if selection.method else "")
    if selection.dunned is not Dunned.ANY:
        steps = REMINDERS if selection.dunned is Dunned.REMINDED else DEMANDS
        made.add(dunned_by(connection, steps), as_of=selection.as_of.isoformat())
    _of_sums(made, selection)
    return made


def _as_of(made: Conditions, basis: Basis, as_of: str, through_event: int | None) -> None:
    made.add(f"{DATE_OF[basis]} <= :as_of", as_of=as_of)
    made.add("e.entry_no <= :through", through=through_event)  # an entry has the number of its event


def _of_receivable(made: Conditions, selection: BalanceSelection, person_key: str) -> None:
    made.add("r.company IN :companies", companies=selection.companies)
    made.add("r.routine IN :routines", routines=selection.routines)
    made.numbers(selection.number_from, selection.number_to)
    made.between("r.invoice_date", "invoiced", selection.invoiced_from, selection.invoiced_to)
    made.between("r.due_date", "due", selection.due_from, selection.due_to)
    made.add("r.register_identity = :register", register=selection.register_identity)
    made.add("r.debtor_number = :debtor_number", debtor_number=selection.debtor_number)
    made.add("r.department = :department", department=selection.department)
    made.add(OF_PERSON, person=person_key, person_end=f"%{person_key}" if person_key else "")


def _of_sums(made: Conditions, selection: BalanceSelection) -> None:
    if selection.standing is Standing.UNPAID:
        made.add("sum(e.amount_ore) <> 0", on_sums=True)
    made.between("min(e.booked_date)", "booked", selection.booked_from, selection.booked_to, on_sums=True)
    made.between("sum(e.amount_ore)", "balance", selection.balance_from_ore, selection.balance_to_ore, on_sums=True)


# The second debtor's number has no column to be compared by.
OF_PERSON = """(r.debtor_key = :person
    OR replace(replace(r.second_debtor_identity, '-', ''), ' ', '') LIKE :person_end)"""
# A hold counts on the day of the list: set by then, and neither ended nor run out before its end.
_HELD = """EXISTS (SELECT 1 FROM hold h WHERE h.tenant = r.tenant AND h.receivable_id = r.receivable_id
    AND h.code = :hold AND h.set_at <= :day_end AND coalesce(h.until_date, :as_of) >= :as_of
    AND (h.ended_at IS NULL OR h.ended_at > :day_end))"""
_PAID_BY = """EXISTS (SELECT 1 FROM entry m WHERE m.tenant = r.tenant AND m.receivable_id = r.receivable_id
    AND m.rule = :method)"""
