"""Tables of runs, of the nodes that carry them out, and of what plugins remember."""

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
    text("fingerprint", default=""),  # of the settings and plugins its latest execution goes under
    text("settings_before", default=""),  # fingerprints of earlier executions that went under others
    text("state"),  # queued, running, done, failed, cancelled
    text("lane", default=""),  # runs of one lane go one after the other; the lane of a tenant's files is the empty one
    number("turns", default=1),  # how often the engine was asked to carry it out
    number("executions", default=0),  # how often it was begun; only the latest may write
    text("carried_by", default=""),  # the node that began it last
    number("done", default=0),
    number("total", default=0),
    text("created_at"),
    text("finished_at", nullable=True),
    text("problem", default=""),
    text("waits_until", default=""),  # when a queued run gets the turn that was put off; empty for at once
    number("is_swept", default=0),  # 1: it ended long ago, and what it no longer needs is forgotten
    PrimaryKeyConstraint("tenant", "run_no"),
    UniqueConstraint("tenant", "run_id"),
)
Index("run_by_state", run.c.tenant, run.c.state)
_IS_UNFINISHED = run.c.state.in_(("queued", "running"))
Index(
    "run_unfinished",  # which run of a kind goes first: one look, however many are queued
    run.c.tenant,
    run.c.kind,
    run.c.run_no,
    sqlite_where=_IS_UNFINISHED,
    postgresql_where=_IS_UNFINISHED,
)
_IS_TO_SWEEP = (run.c.state == "done") & (run.c.is_swept == 0)
Index("run_to_sweep", run.c.finished_at, sqlite_where=_IS_TO_SWEEP, postgresql_where=_IS_TO_SWEEP)  # of all tenants

node = table(
    "node",  # a process that carries out runs
    text("node"),  # its name, which a restart takes again
    text("token"),  # the name and a random number, another at each start: whose heartbeat it is, and whose turns
    text("host"),
    number("process"),
    text("process_space"),  # where the process number counts; empty where the system does not tell
    text("plugins"),  # what it has installed, in one text: nodes that differ do not work side by side
    text("settings"),  # `[engine]` as JSON: so it is with nodes that differ in it
    text("tenants"),  # a hash of the names of its tenants: those of nodes may differ for a while
    number("started_at"),  # seconds since 1970 by the database's own clock, as the next two
    number("seen_at"),  # the heartbeat
    number("stopped_at", nullable=True),
    PrimaryKeyConstraint("node"),
)

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
