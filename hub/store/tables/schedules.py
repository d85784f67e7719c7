"""Tables of what is done by the clock."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint

from hub.store.tables.columns import number, table, tenant_column, text

schedule = table(
    "schedule",
    tenant_column(),
    text("name"),
    text("settings"),  # JSON; empty when the tenant's settings have it no longer
    text("counts_from"),  # when it got these times, or was resumed
    text("handled_until"),  # due times up to this one have fired, or were left out as the settings say
    text("next_due_at", nullable=True),  # when the clock looks at it again
    text("paused_at", nullable=True),
    text("paused_by", default=""),
    PrimaryKeyConstraint("tenant", "name"),
)
Index("schedule_by_next_due", schedule.c.next_due_at)  # of all tenants: the clock has one timer

firing = table(
    "firing",  # its key is the run's id, which follows from the due time: every node may write it, one does
    tenant_column(),
    text("run_id"),
    text("schedule"),
    text("due_at"),
    text("fired_at"),
    text("fired_by"),  # `clock`, or the person who ran it or left it out
    number("is_skipped", default=0),
    PrimaryKeyConstraint("tenant", "run_id"),
)
Index("firing_by_schedule", firing.c.tenant, firing.c.schedule, firing.c.fired_at)
_IS_LEFT_OUT = firing.c.is_skipped == 1
Index("firing_left_out", firing.c.fired_at, sqlite_where=_IS_LEFT_OUT, postgresql_where=_IS_LEFT_OUT)  # of all tenants

schedule_reading = table(
    "schedule_reading",  # what the rows of `schedule` were made from: an unchanged file is not parsed at start
    tenant_column(),
    text("content_key"),
    PrimaryKeyConstraint("tenant"),
)
