"""Tables of messages to the outside, and of channels that are left in peace."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint

from hub.store.tables.columns import number, table, tenant_column, text

attempt = table(
    "attempt",  # one message on one channel; written before each call and after it
    tenant_column(),
    number("attempt_no"),
    text("batch"),
    number("run_no"),  # the run that it was planned for
    text("channel"),
    number("exchange_no"),  # the message: its name and its bytes
    text("key"),  # ours to the other side
    text("state"),  # planned, started, in_doubt, delivered, rejected, given_up, unknown, cancelled
    text("promise", default=""),
    text("endpoint", default=""),  # whom its latest call went to, as a hash
    number("called_by", default=0),  # the run that began its latest call
    number("execution", default=0),
    number("sends", default=0),
    number("may_have_arrived", default=0),
    text("known_since", default=""),
    number("failures", default=0),
    text("failing_since", default=""),
    number("asked_before_s", default=0),
    text("next_at", default=""),
    text("external_id", default=""),
    text("problem", default=""),
    text("code", default=""),  # of the error that ended it
    text("changed_at"),
    PrimaryKeyConstraint("tenant", "attempt_no"),
    UniqueConstraint("tenant", "exchange_no", "channel"),
)
Index("attempt_by_external_id", attempt.c.tenant, attempt.c.channel, attempt.c.external_id)
Index("attempt_by_run", attempt.c.tenant, attempt.c.run_no)
Index("attempt_by_state", attempt.c.tenant, attempt.c.state, attempt.c.attempt_no)

channel_rest = table(
    "channel_rest",  # a channel that failed to take the latest messages or asked for a rest; else no row
    tenant_column(),
    text("channel"),
    number("failures"),
    text("since"),
    text("asked_at"),
    number("asked_s"),
    text("rests_until"),
    text("not_before"),
    text("problem"),
    number("is_told", default=0),
    PrimaryKeyConstraint("tenant", "channel"),
)
