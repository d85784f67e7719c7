"""The one place where reports read what was done about late receivables. A step that was undone never counts."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from hub.errors import ConfigurationError
from hub.model.reports import NO_STEP

TABLE = "dunning_step"
REMINDERS = ("reminder_1", "reminder_2")
DEMANDS = ("demand", "residual_demand")

_NEWEST = """NOT EXISTS (SELECT 1 FROM receivable v WHERE v.tenant = r.tenant AND v.company = r.company
    AND v.number = r.number AND v.source_system = r.source_system AND v.version > r.version)"""
_INVOICED = f"r.tenant = :t AND r.kind IN ('invoice', 'interest_invoice') AND r.original_ore > 0 AND {_NEWEST}"
_PERIOD = "substr(r.invoice_date, 1, CAST(:letters AS INTEGER))"
DONE = {
    TABLE: f"SELECT tenant, receivable_id, step FROM {TABLE} WHERE tenant = :t AND undone_at IS NULL",
    "instalment_claim": "SELECT tenant, receivable_id, 'instalment_plan' AS step FROM instalment_claim "
    "WHERE tenant = :t AND receivable_id IS NOT NULL",
    "order_to_pay_claim": "SELECT c.tenant, c.receivable_id, 'order_to_pay' AS step FROM order_to_pay_claim c "
    "JOIN order_to_pay o ON o.tenant = c.tenant AND o.order_no = c.order_no WHERE c.tenant = :t AND o.filed_on <> ''",
}
"""Which receivables what was done to, by the table that keeps it: each counts once for each step."""
STATISTICS = f"""
    SELECT period, company, routine, currency, step, count(*), CAST(sum(original_ore) AS BIGINT)
    FROM (SELECT {_PERIOD} AS period, r.company, r.routine, r.currency, '{NO_STEP}' AS step, r.original_ore
          FROM receivable r WHERE {_INVOICED} {{where}}
          UNION ALL
          SELECT {_PERIOD}, r.company, r.routine, r.currency, d.step, r.original_ore
          FROM ({" UNION ".join(DONE.values())}) AS d
          JOIN receivable r ON r.tenant = d.tenant AND r.receivable_id = d.receivable_id
          WHERE {_INVOICED} {{where}}) AS counted
    GROUP BY period, company, routine, currency, step
    ORDER BY period, company, routine, currency, step
"""


def refuse_without_dunning(connection: Connection) -> None:
    """Raise ConfigurationError when this database keeps no dunning steps."""
    if not inspect(connection).has_table(TABLE):
        raise ConfigurationError("this hub keeps no dunning steps yet; leave out what asks for them")


def dunned_by(connection: Connection, steps: tuple[str, ...]) -> str:
    """Return the condition that one of these steps stands on a receivable `r` by the day `:as_of`.

    Raises:
        ConfigurationError: this database has no dunning yet.
    """
    refuse_without_dunning(connection)
    named = ", ".join(f"'{step}'" for step in steps)
    return (
        f"EXISTS (SELECT 1 FROM {TABLE} d WHERE d.tenant = r.tenant AND d.receivable_id = r.receivable_id "
        f"AND d.step IN ({named}) AND d.undone_at IS NULL AND d.dated_on <= :as_of)"
    )
