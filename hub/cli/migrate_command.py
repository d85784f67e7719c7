"""`hub migrate`: the database's tables become those that this hub needs."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, say, show_table


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "migrate")(migrate)


def migrate(
    session: Session,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what would be done; ends in 3 when there is something to do.")
    ] = False,
    even_if_at_work: Annotated[
        bool, typer.Option("--even-if-at-work", help="Do not look for living nodes; for one that was killed just now.")
    ] = False,
) -> None:
    """Bring the database's tables, ours and the engine's, to what this hub needs; make a backup first.

    An empty database needs no such command. Nothing may work meanwhile.
    """
    from hub.runtime.migrating import migrate_home, migration_needed  # here: it loads the database library

    if check:
        found = migration_needed(session.home)
    else:
        found = migrate_home(session.home, even_if_at_work=even_if_at_work, wait_s=session.wait)
    if session.as_json:
        answer_json({"is_needed": found.is_needed, "is_done": found.is_needed and not check, **found._asdict()})
    elif found.is_needed:
        rows = [("schema", found.schema_from, found.schema_to), ("engine", found.engine_from, found.engine_to)]
        show_table("", (("tables", "keep"), ("from", "keep"), ("to", "keep")), rows)
        say("to be done: hub migrate" if check else "done")
    else:
        say(f"nothing to do: schema {found.schema_to}, engine {found.engine_to}")
    if check and found.is_needed:
        raise typer.Exit(ExitCode.CONFIGURATION)
