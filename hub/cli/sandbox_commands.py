"""`hub sandbox`: the other sides of plugins on this machine, to try everything without them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.days import day_of
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, out, say, show_table

FOLDER = Path("sandbox")
LOOK_EVERY_S = 0.2

Folder = Annotated[
    Path, typer.Option("--folder", metavar="FOLDER", help="Where they keep what they got.", file_okay=False)
]


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="The other sides of plugins on this machine, to try everything without them.")
    command(app, "serve", is_default=True)(serve)
    command(app, "fault")(fault)
    command(app, "day")(day)
    command(app, "let")(let)
    command(app, "received")(received)
    return app


def serve(
    session: Session,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="PLUGIN", help="Those of one plugin; may be repeated.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PLUGIN.SETTING=VALUE",
            help="The other side that a setting names, such as peppol.access_point=qvalia; may be repeated.",
        ),
    ] = None,
    folder: Folder = FOLDER,
    port: Annotated[int, typer.Option("--port", min=0, max=65000, help="The first port; 0 takes free ones.")] = 0,
) -> None:
    """Serve counterparties until Ctrl-C, and say what a tenant's settings need to talk to them."""
    from hub.runtime.sandboxes import SandboxDesk, running, tables_of  # here: it loads every plugin
    from hub.runtime.stop_signals import stop_signals
    from hub.runtime.written_tables import tables_written

    tables = tables_written(_texts_of(settings or ()))
    with stop_signals() as signals, running(folder, only or (), first_port=port, tables=tables) as sandboxes:
        desk = SandboxDesk(folder, sandboxes)
        desk.look()
        if session.as_json:
            answer_json([{"plugin": one.plugin, "settings": one.settings, "secrets": one.sandbox.secrets,
                          "reaches": one.reaches} for one in sandboxes])  # fmt: skip
        else:
            for table in tables_of(sandboxes):
                out().print(f"{table}\n", markup=False, highlight=False, soft_wrap=True)
            for one in sandboxes:
                for name, secret in one.sandbox.secrets.items():
                    out().print(f"export {name}={secret}", markup=False, highlight=False, soft_wrap=True)
            for one in sandboxes:
                if one.reaches is not None:
                    say(f"{one.sandbox.name} reaches these debtors alone: {', '.join(one.reaches)}")
            say("serving until Ctrl-C; see what came: hub sandbox received; let calls fail: hub sandbox fault")
        while not signals.wait(LOOK_EVERY_S):
            desk.look()
        desk.look()


def fault(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The sandbox, such as kivra.")],
    what: Annotated[str, typer.Argument(metavar="FAULT", help="What goes wrong; a wrong word is answered with all.")],
    times: Annotated[int, typer.Option("--times", min=1, max=100_000, metavar="N", help="With how many calls.")] = 1,
    folder: Folder = FOLDER,
) -> None:
    """Let the next calls to a sandbox that serves go wrong."""
    from hub.runtime.sandboxes import order_fault

    order_fault(folder, name, what, times)
    if session.as_json:
        answer_json({"sandbox": name, "fault": what, "times": times})
    else:
        say(f"ordered: {what}, {times} times, of {name}")


def day(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The sandbox, such as autogiro.")],
    on: Annotated[str, typer.Argument(metavar="DATE", help="The day that ends, such as 2026-11-24.")],
    folder: Folder = FOLDER,
) -> None:
    """Let a day end at a sandbox that serves and works by days; say by which files it answers."""
    from hub.runtime.sandboxes import order_day

    files = order_day(folder, name, day_of("DATE", on))
    _show_files(session, {"sandbox": name, "day": on}, files, "the day has ended, and there is nothing to tell")


def let(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The sandbox, such as autogiro.")],
    act: Annotated[str, typer.Argument(metavar="ACT", help="What it does; a wrong word is answered with all.")],
    given: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE", help="What it is told of it.", show_default=False)
    ] = None,
    folder: Folder = FOLDER,
) -> None:
    """Let the other side do what it does by itself, such as: hub sandbox let autogiro refund payer=101."""
    from hub.runtime.sandboxes import order_act

    pairs = [one.partition("=") for one in given or ()]
    if not all(key and is_set for key, is_set, _ in pairs):
        raise typer.BadParameter("write key and value, such as payer=101")
    files = order_act(folder, name, act, {key: value for key, _, value in pairs})
    _show_files(session, {"sandbox": name, "act": act}, files, "done: it is told when the day ends (hub sandbox day)")


def _show_files(session: Session, what: dict[str, str], files: Sequence[Path], empty: str) -> None:
    if session.as_json:
        answer_json({**what, "files": files})
    else:
        show_table("", [("to be received", "keep")], [(str(path),) for path in files], empty=empty)


def received(session: Session, folder: Folder = FOLDER) -> None:
    """Say what sandboxes have taken, by their own count."""
    from hub.runtime.sandboxes import is_served, received_by

    told = received_by(folder)
    if not is_served(folder):
        say("nobody serves from this folder any more: the counts are of before")
    if session.as_json:
        answer_json(told)
        return
    rows = [(name, str(len(got)), str(len({one.sha256 for one in got}))) for name, got in sorted(told.items())]
    columns = ("sandbox", ("received", "right"), ("different contents", "right"))
    show_table("", columns, rows, empty="no sandbox serves")


def _texts_of(written: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return settings by plugin from `peppol.access_point=qvalia` and the like, as typed. Raises BadParameter."""
    texts: dict[str, dict[str, str]] = {}
    for one in written:
        name, is_set, value = one.partition("=")
        plugin, is_of, setting = name.strip().partition(".")
        if not (is_set and is_of and plugin and setting):
            raise typer.BadParameter("--set: write plugin, setting and value, such as peppol.access_point=qvalia")
        texts.setdefault(plugin, {})[setting] = value.strip()
    return texts
