"""Ageing by debtor: the balance of each receivable as of a day, put into the period of its due date."""

from __future__ import annotations

from hub.model.reports import AgeingSelection, CreditAgeing
from hub.rules.reports.ageing import first_due_dates
from hub.store.conditions import Conditions, by_letters
from hub.store.reports.balances import DATE_OF, GROUPED, OF_PERSON
from hub.store.reports.movements import DEBTOR

_BALANCES = f"""
    SELECT {DEBTOR} AS debtor, r.company, r.currency, r.due_date, r.debtor_name, r.debtor_identity, r.debtor_number,
           sum(e.amount_ore) AS balance_ore
    FROM receivable r CROSS JOIN entry e
    WHERE r.tenant = :t AND e.tenant = r.tenant AND e.receivable_id = r.receivable_id"""


def ageing_conditions(selection: AgeingSelection, person_key: str, tenant: int) -> Conditions:
    """Return the conditions of an ageing, and the due dates that part its periods."""
    made = Conditions(t=tenant)
    made.add(f"{DATE_OF[selection.basis]} <= :as_of", as_of=selection.as_of.isoformat())
    made.add("e.entry_no <= :through", through=selection.through_event)
    made.add("r.company IN :companies", companies=selection.companies)
    made.add("r.routine IN :routines", routines=selection.routines)
    made.add("r.debtor_number = :debtor_number", debtor_number=selection.debtor_number)
    made.add(OF_PERSON, person=person_key, person_end=f"%{person_key}" if person_key else "")
    made.add("sum(e.amount_ore) <> 0", on_sums=True)
    for place, day in enumerate(first_due_dates(selection.as_of, selection.periods)):
        made.values[f"due_{place}"] = day
    return made


def ageing_sql(selection: AgeingSelection, made: Conditions, dialect: str) -> str:
    """Return the statement: name, identity, number, company, currency, receivables, each period, balance."""
    credits_are_current = selection.credits is CreditAgeing.CURRENT
    periods = range(len(selection.periods) + 1)
    sums = ", ".join(f"CAST(sum(CASE period WHEN {n} THEN balance_ore ELSE 0 END) AS BIGINT)" for n in periods)
    collation = '"C"' if dialect == "postgresql" else "BINARY"
    return f"""
        SELECT max(debtor_name), max(debtor_identity), max(debtor_number),
               CASE WHEN min(company) = max(company) THEN min(company) ELSE '' END, currency, count(*), {sums},
               CAST(sum(balance_ore) AS BIGINT)
        FROM (SELECT b.*, {_period(selection, credits_are_current)} AS period
              FROM ({_BALANCES} {made.where} {GROUPED} {made.having}) AS b) AS aged
        GROUP BY debtor, currency
        ORDER BY {by_letters("max(debtor_name)")} COLLATE {collation}, debtor COLLATE {collation}, currency
    """


def _period(selection: AgeingSelection, credits_are_current: bool) -> str:
    current = " OR b.balance_ore < 0" if credits_are_current else ""
    later = " ".join(f"WHEN b.due_date >= :due_{n} THEN {n}" for n in range(1, len(selection.periods)))
    return (
        f"CASE WHEN b.due_date = '' OR b.due_date >= :due_0{current} THEN 0 {later} ELSE {len(selection.periods)} END"
    )
