"""`hub runs`: what is carried out, how far it is, what it waits for; and what a person does about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.session import AllTenants, Session, command
from hub.cli.showing import (
    answer_json,
    is_seen,
    live_view,
    minute,
    progress_bars,
    say,
    show_fields,
    show_table,
    state,
    table,
)
from hub.model.runs import Run, RunState

if TYPE_CHECKING:
    from rich.text import Text

    from hub.cli.showing import Column
    from hub.runtime.facade_runs import RunsSeen

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, see: hub runs.")]
WATCH_S = 1.0
UNFINISHED = (RunState.QUEUED, RunState.RUNNING)

_Found = Sequence[tuple[str, Run, str]]  # tenant, run, and why it failed or what it waits for
_COLUMNS: Sequence[Column] = (
    ("run", "keep"),
    "state",
    ("done", "right"),
    ("created (UTC)", "keep"),
    "node",
    ("failed or waits because", "wrap"),
)


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="What is carried out, and how far it is.")
    command(app, "list", is_default=True)(list_runs)
    command(app, "show")(show)
    command(app, "retry")(retry)
    command(app, "cancel")(cancel)
    return app


# --- looking ---------------------------------------------------------------------------------------------------------


def list_runs(
    session: Session,
    in_state: Annotated[RunState | None, typer.Option("--state", help="Those in one state.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 20,
    watch: Annotated[
        bool, typer.Option("--watch", help="Look again every second, until nothing is queued or running, or Ctrl-C.")
    ] = False,
    all_tenants: AllTenants = False,
) -> None:
    """List runs, newest first; of all tenants, those of one after those of the other."""
    with session.seen_runs(all_tenants=all_tenants) as seen:

        def look() -> list[tuple[str, Run, str]]:
            is_at_work = cache(lambda: _is_somebody_at_work(session))
            return [
                (tenant, run, why)
                for tenant, of_tenant in seen
                for run, why in _explained(is_at_work, of_tenant, of_tenant.latest(state=in_state or "", limit=limit))
            ]

        if watch:
            _watch(seen, look, lambda found: _shown(found, all_tenants=all_tenants))
        found = look()
    if session.as_json:
        answer_json([_as_data(tenant if all_tenants else "", run, why) for tenant, run, why in found])
        return
    columns, rows = _shown(found, all_tenants=all_tenants)
    show_table("", columns, rows, empty=f"no run is {in_state}" if in_state else "nothing has been run yet")


def _as_data(tenant: str, run: Run, why: str) -> dict[str, Any]:
    of_tenant = {"tenant": tenant} if tenant else {}
    return {**of_tenant, **run._asdict(), "waits_for": why if run.state in UNFINISHED else ""}


def _shown(found: _Found, *, all_tenants: bool) -> tuple[Sequence[Column], list[Sequence[str | Text]]]:
    """Return columns and rows; with all tenants the first says which."""
    rows = _rows([(run, why) for _, run, why in found])
    if not all_tenants:
        return _COLUMNS, [*rows]
    return (("tenant", "keep"), *_COLUMNS), [(tenant, *row) for (tenant, _, _), row in zip(found, rows, strict=True)]


def _watch(
    seen: Sequence[tuple[str, RunsSeen]],
    look: Callable[[], _Found],
    shown: Callable[[_Found], tuple[Sequence[Column], list[Sequence[str | Text]]]],
) -> None:
    """Show the list anew until nothing is left; in a pipe, a line on standard error for each run that has changed."""
    before: set[str] = set()
    with suppress(KeyboardInterrupt), live_view() as view:
        while any(of_tenant.latest(state=unfinished, limit=1) for _, of_tenant in seen for unfinished in UNFINISHED):
            columns, rows = shown(look())
            if is_seen():
                view(table(columns, rows))
            else:
                lines = [" ".join(filter(None, map(str, row))) for row in rows]
                for line in lines:
                    if line not in before:
                        say(line)
                before = set(lines)
            time.sleep(WATCH_S)


def _rows(found: Sequence[tuple[Run, str]]) -> list[tuple[str | Text, ...]]:
    return [
        (run.run_id, state(run.state), _progress(run), minute(run.created_at), run.carried_by, why)
        for run, why in found
    ]


def _explained(is_at_work: Callable[[], bool], seen: RunsSeen, runs: Sequence[Run]) -> list[tuple[Run, str]]:
    """Say of each run why it failed, or what it waits for."""
    silent = [run for run in runs if run.state == RunState.QUEUED and not run.problem]
    has_worker = bool(silent) and is_at_work()
    running = seen.latest(state=RunState.RUNNING) if silent else []
    return [(run, _waits_for(run, running, has_worker=has_worker) if run in silent else run.problem) for run in runs]


def _waits_for(run: Run, running: Sequence[Run], *, has_worker: bool) -> str:
    if not has_worker:
        return "no process works here: hub serve"
    lane = run.input.get("channel")  # of one tenant's files, and of one of its channels, one run at a time goes on
    ahead = [other.run_id for other in running if other.input.get("channel") == lane and other.run_no != run.run_no]
    return f"goes after {ahead[0]}" if ahead else "has its turn soon"


def _is_somebody_at_work(session: Session) -> bool:
    from hub.runtime.serving import living

    installation = session.installation()
    try:
        return bool(living(installation))
    finally:
        installation.close()


def show(session: Session, run_id: RunId) -> None:
    """Show one run and the steps it has finished."""
    with session.seen_runs() as [(_, seen)]:
        story = seen.show(run_id)
        [(run, why)] = _explained(lambda: _is_somebody_at_work(session), seen, [story.run])
    if session.as_json:
        answer_json({**run._asdict(), "waits_for": why if run.state in UNFINISHED else "", "steps": story.steps})
        return
    show_fields(
        run.run_id,
        (
            ("state", state(run.state)),
            ("why", why),
            ("done", _progress(run)),
            ("created", f"{minute(run.created_at)} UTC"),
            ("ended", f"{minute(run.finished_at)} UTC" if run.finished_at else ""),
            ("begun", f"{run.executions} times, last by {run.carried_by}" if run.executions > 1 else run.carried_by),
            ("settings", _settings(run)),
        ),
    )
    show_table("steps finished", (("no", "right"), "step"), [(str(no), name) for no, name in story.steps], empty=" ")


def _settings(run: Run) -> str:
    """Name the settings that it goes under, and those of executions before that went under others."""
    before = [one.split(":") for one in run.settings_before.split()]
    earlier = ", ".join(f"{fingerprint[:12]} up to execution {execution}" for execution, fingerprint in before)
    return f"{run.fingerprint[:12]}; before: {earlier}" if earlier else run.fingerprint[:12] or "not begun yet"


def _progress(run: Run) -> str:
    if not run.total:
        return f"{run.done} read" if run.done else ""
    return f"{run.done}/{run.total} ({100 * run.done // run.total} %)"


# --- doing -----------------------------------------------------------------------------------------------------------


def retry(session: Session, run_id: RunId) -> None:
    """Try a run again that failed, was cancelled, or waits; it goes on where it stopped."""
    with session.hub() as hub:
        run = hub.runs.retry(run_id)
    _answer(session, run)
    if run.state in (RunState.FAILED, RunState.CANCELLED):
        raise typer.Exit(ExitCode.DATA)
    if run.state != RunState.DONE:
        if not run.problem:
            say(session.why_queued())
        raise typer.Exit(ExitCode.WAITS)


def cancel(session: Session, run_id: RunId) -> None:
    """Stop a run for good. A payment file that is being posted goes to its end: undo it then."""
    with session.hub() as hub:
        run = hub.runs.cancel(run_id)
    _answer(session, run)


def _answer(session: Session, run: Run) -> None:
    if session.as_json:
        answer_json(run)
    else:
        say(f"run {run.run_id} is {run.state}{': ' if run.problem else ''}{run.problem}")


# --- while one waits for runs ----------------------------------------------------------------------------------------


@contextmanager
def run_progress(what: str, *, is_quiet: bool) -> Iterator[Callable[[Run, int, int], None] | None]:
    """Show a bar for each run that goes on or waits, on a terminal only; yields what is told how far each has come."""
    with progress_bars(what, is_quiet=is_quiet) as tell:
        yield None if tell is None else lambda run, done, total: tell(run.run_id, done, total)
