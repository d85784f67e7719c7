"""`hub init`, `doctor`, `plugins` and `tasks`: setting up, and looking after."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from hub.cli.exit_codes import ExitCode
from hub.cli.session import AllTenants, Session, command
from hub.cli.showing import answer_json, kronor, out, say, show_table, state, words
from hub.model.counting import counted
from hub.runtime.installed import installed_plugins
from hub.runtime.starter_home import write_starter_home

if TYPE_CHECKING:
    from hub.cli.showing import Column

JsonObject = dict[str, Any]
_COLOURS = {"ok": "green", "look": "yellow", "wrong": "red"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "init")(init)
    command(app, "doctor")(doctor)
    command(app, "plugins")(plugins)
    command(app, "tasks")(tasks)


def init(
    session: Session,
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="Else --home, else the current folder.")
    ] = None,
) -> None:
    """Write a home folder to start from, with one invented tenant."""
    home = folder or session.home or Path()
    written = write_starter_home(home)
    if session.as_json:
        answer_json({"home": str(home), "written": [str(path) for path in written]})
        return
    for path in written:
        out().print(str(path), soft_wrap=True)
    say(f"next: edit the tenant, then: hub doctor --home {home}")


def doctor(
    session: Session,
    show: Annotated[bool, typer.Option("--show", help="Show every setting with its value too.")] = False,
) -> None:
    """Check home, database, tenants and plugins, and list what waits for a person.

    Ends in 3 when something is wrong.
    """
    from hub.runtime.doctor import Health, examine, settings_in_force  # here: it loads the database library

    findings = sorted(examine(session.home, session.tenant), key=lambda one: one.health is not Health.WRONG)
    is_wrong = any(finding.health is Health.WRONG for finding in findings)
    settings = settings_in_force(session.home, session.tenant) if show and not is_wrong else []
    if session.as_json:
        answer_json({"ok": not is_wrong, "findings": findings, "settings": settings})
    else:
        rows = [(Text(finding.health, _COLOURS[finding.health]), finding.what, finding.message) for finding in findings]
        show_table("", (("", "keep"), ("looked at", "keep"), ("found", "wrap")), rows)
        if settings:
            listed = [(s.path, s.value, "default" if s.is_default else "") for s in settings]
            show_table("settings", (("setting", "keep"), ("value", "wrap"), ""), listed)
    if is_wrong:
        raise typer.Exit(ExitCode.CONFIGURATION)


def plugins(session: Session) -> None:
    """List installed plugins: what they read, what they were made from, what is unverified."""
    found = installed_plugins()
    if session.as_json:
        answer_json(found)
        return
    rows: list[tuple[Any, ...]] = []
    for plugin in found:
        card = plugin.manifest
        if card is None:
            rows.append((plugin.name, plugin.version, state("failed"), plugin.error, ""))
        else:
            unverified = "; ".join(card.unverified) or "–"
            rows.append((plugin.name, plugin.version, card.summary, ", ".join(_spans(card.formats)), unverified))
    columns = (
        ("plugin", "keep"),
        ("version", "keep"),
        ("connects to", "wrap"),
        ("formats", "wrap"),
        ("unverified", "wrap"),
    )
    show_table("", columns, rows, empty="no plugin is installed; in a checkout: pip install -e plugins/bankgiro")


def _spans(formats: Sequence[str]) -> list[str]:
    """Write versions that differ in their last two digits as a span: `camt.053.001.02 to 13`."""
    by_stem: dict[str, list[str]] = {}
    for name in formats:
        stem, dot, version = name.rpartition(".")
        is_version = dot and len(version) == 2 and version.isdigit()
        by_stem.setdefault(stem if is_version else name, []).append(version if is_version else "")
    return [_span(stem, sorted(versions)) for stem, versions in by_stem.items()]


def _span(stem: str, versions: Sequence[str]) -> str:
    if not versions[0]:
        return stem
    return f"{stem}.{versions[0]}" + (f" to {versions[-1]}" if len(versions) > 1 else "")


def tasks(session: Session, all_tenants: AllTenants = False) -> None:
    """List what waits for a person, oldest first, and count the money that does."""
    with session.hubs(all_tenants=all_tenants) as hubs:
        found = [(hub.tenant.id, task) for hub in hubs for task in hub.tasks()]
        money = [] if session.as_json else [(hub.tenant.id, hub.payments.totals()) for hub in hubs]
    if session.as_json:
        answer_json([{"tenant": tenant, **task} if all_tenants else task for tenant, task in found])
        return
    waiting = [
        f"{tenant}: {counted(count, 'payment')} {fate}, {kronor(ore, currency)}"
        for tenant, totals in money
        for fate, currency, count, ore in totals
    ]
    _show_tasks(found, all_tenants=all_tenants, empty="no task is open" if waiting else "nothing waits for a person")
    for line in waiting:
        say(f"{line}: hub payments")


def _show_tasks(found: Sequence[tuple[str, JsonObject]], *, all_tenants: bool, empty: str) -> None:
    columns: Sequence[Column] = (("no", "right"), ("since", "keep"), "kind", ("what", "wrap"))
    rows: list[Sequence[str]] = [
        (str(task["task_no"]), task["created_at"][:10], words(task["kind"]), task["text"]) for _, task in found
    ]
    if all_tenants:
        columns = (("tenant", "keep"), *columns)
        rows = [(tenant, *row) for (tenant, _), row in zip(found, rows, strict=True)]
    show_table("", columns, rows, empty=empty)
    if found:
        say("look closer: hub exchanges show NO, hub payments show ID; what to do: docs/when-something-is-off.md")
