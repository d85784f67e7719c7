"""The one place where reports read what dunning did: the table `dunning_step`."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from hub.errors import ConfigurationError

TABLE = "dunning_step"
REMINDERS = ("reminder_1", "reminder_2")
DEMANDS = ("demand", "residual_demand")


def dunned_by(connection: Connection, steps: tuple[str, ...]) -> str:
    """Return the condition that one of these steps stands on a receivable `r` by the day `:as_of`.

    Raises:
        ConfigurationError: this database has no dunning yet.
    """
    if not inspect(connection).has_table(TABLE):
        raise ConfigurationError("this hub keeps no dunning steps yet; leave out what asks for them")
    named = ", ".join(f"'{step}'" for step in steps)
    return (
        f"EXISTS (SELECT 1 FROM {TABLE} d WHERE d.tenant = r.tenant AND d.receivable_id = r.receivable_id "
        f"AND d.step IN ({named}) AND d.dated_on <= :as_of)"
    )
