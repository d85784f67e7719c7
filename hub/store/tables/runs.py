"""Tables of runs and of what plugins remember."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint

from hub.store.tables.columns import number, table, tenant_column, text

run = table(
    "run",
    tenant_column(),
    number("run_no"),
    text("run_id"),
    text("kind"),
    text("input"),  # JSON of ids
    text("fingerprint"),  # of the settings it runs under
    text("state"),  # queued, running, done, failed
    number("done", default=0),
    number("total", default=0),
    text("created_at"),
    text("finished_at", nullable=True),
    text("problem", default=""),
    PrimaryKeyConstraint("tenant", "run_no"),
    UniqueConstraint("tenant", "run_id"),
)
Index("run_by_state", run.c.tenant, run.c.state)

run_step = table(
    "run_step",  # the answer of each finished step, written in the step's own transaction
    tenant_column(),
    number("run_no"),
    number("step_no"),
    text("name"),
    text("output"),
    PrimaryKeyConstraint("tenant", "run_no", "step_no"),
)

plugin_state = table(
    "plugin_state",
    tenant_column(),
    text("plugin"),
    text("name"),
    text("value"),
    number("version"),
    PrimaryKeyConstraint("tenant", "plugin", "name"),
)
