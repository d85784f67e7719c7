"""`hub schedule`: what is done by the clock, and what a person does to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hub.cli.exit_codes import ExitCode
from hub.cli.session import AllTenants, Session, command
from hub.cli.showing import answer_json, say, show_fields, show_table, state
from hub.model.schedules import Firing, Schedule

if TYPE_CHECKING:
    from hub.cli.showing import Column
    from hub.services.schedules.asking import Outlook

Name = Annotated[str, typer.Argument(metavar="NAME", help="The schedule's name, see: hub schedule.")]
_COLUMNS: Sequence[Column] = (
    ("schedule", "keep"),
    "job",
    ("next", "keep"),
    ("last", "keep"),
    "outcome",
    ("why", "wrap"),
    "remark",
)
STOPPED = ("failed", "cancelled")


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="What is done by the clock.")
    command(app, "list", is_default=True)(list_schedules)
    command(app, "run", is_keyed=True)(run)
    command(app, "pause", is_keyed=True)(pause)
    command(app, "resume", is_keyed=True)(resume)
    command(app, "skip", is_keyed=True)(skip)
    return app


def list_schedules(session: Session, all_tenants: AllTenants = False) -> None:
    """List schedules: when each comes next and came last, and what came of that. Times are the schedule's own."""
    with session.hubs(all_tenants=all_tenants) as hubs:
        found = [(hub.tenant.id, one) for hub in hubs for one in hub.schedules.all()]
    if session.as_json:
        answer_json([{"tenant": tenant, **one._asdict()} if all_tenants else one for tenant, one in found])
        return
    columns: Sequence[Column] = _COLUMNS
    rows: list[Sequence[str | Text]] = [
        (one.schedule.name, one.schedule.job, _next(one), _last(one), *_outcome(one.last), _remark(one))
        for _, one in found
    ]
    if all_tenants:
        columns = (("tenant", "keep"), *_COLUMNS)
        rows = [(tenant, *row) for (tenant, _), row in zip(found, rows, strict=True)]
    show_table("", columns, rows, empty="there is no schedule; see docs/schedules.md")


def run(session: Session, name: Name) -> None:
    """Run a schedule's job now, due or not, paused or not."""
    said = session.body("run")
    with session.hub() as hub:
        done = hub.schedules.run(name, key=said["key"], user=said["user"])
    if session.as_json:
        answer_json(done)
    else:
        show_fields("", (("run", done.run_id), ("state", state(done.state)), ("problem", done.problem)))
    if done.state in STOPPED:
        raise typer.Exit(ExitCode.DATA)
    if done.state != "done":
        say(done.problem or session.why_queued())
        raise typer.Exit(ExitCode.WAITS)


def pause(session: Session, name: Name) -> None:
    """Let a schedule fire no more until it is resumed."""
    with session.hub() as hub:
        paused = hub.schedules.pause(name, user=session.body("pause")["user"])
    _tell(session, paused)


def resume(session: Session, name: Name) -> None:
    """Let a paused schedule fire again. Times that have passed meanwhile do not fire."""
    with session.hub() as hub:
        resumed = hub.schedules.resume(name)
    _tell(session, resumed)


def skip(session: Session, name: Name) -> None:
    """Leave out a schedule's next time, once."""
    with session.hub() as hub:
        skipped = hub.schedules.skip(name, user=session.body("skip")["user"])
    _tell(session, skipped)


def _tell(session: Session, one: Outlook) -> None:
    if session.as_json:
        answer_json(one)
    else:
        show_fields("", (("schedule", one.schedule.name), ("next", _next(one)), ("remark", _remark(one))))


def _next(one: Outlook) -> str:
    if one.paused_at is not None:
        return "–"
    return _local(one.next_due_at, one.schedule) or "never"


def _last(one: Outlook) -> str:
    return "" if one.last is None else _local(one.last.due_at, one.schedule)


def _outcome(last: Firing | None) -> tuple[Text, str]:
    return (Text(""), "") if last is None else (state(last.run_state), last.problem)


def _remark(one: Outlook) -> str:
    remarks = [f"{_local(skipped, one.schedule)} is left out" for skipped in one.skipped_at]
    if one.paused_at is not None:
        remarks.append(f"paused by {one.paused_by} {_local(one.paused_at, one.schedule)}")
    if one.overdue_since is not None:
        remarks.append(f"waits since {_local(one.overdue_since, one.schedule)}: does a server run?")
    return "; ".join(remarks)


def _local(moment: str | None, schedule: Schedule) -> str:
    return "" if moment is None else f"{datetime.fromisoformat(moment).astimezone(schedule.zone):%Y-%m-%d %H:%M %Z}"
