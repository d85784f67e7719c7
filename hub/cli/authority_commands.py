"""`hub authorities`: the register of offices of the enforcement authority that applications go to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.session import Session, command
from hub.cli.showing import answer_json, say, show_table
from hub.model.counting import counted


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Offices of the enforcement authority (Kronofogden).")
    command(app, "list", is_default=True)(list_authorities)
    command(app, "import", is_keyed=True)(take_in)
    command(app, "remove", is_keyed=True)(remove)
    return app


def list_authorities(session: Session) -> None:
    """List the offices by town."""
    with session.hub() as hub:
        found = hub.authorities.all()
    if session.as_json:
        answer_json(found)
        return
    rows = [(one.town, ", ".join(one.rows)) for one in found]
    show_table("", ("town", "address"), rows, empty="the register is empty: hub authorities import FILE")


def take_in(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with town and row_1 to row_5, or TOML.")],
) -> None:
    """Take offices from a file, each in place of the one that its town had."""
    with session.hub() as hub:
        changed = hub.authorities.take_in(file, user=session.body("import")["user"])
    answer_json({"changed": changed}) if session.as_json else say(f"{counted(changed, 'office')} new or changed")


def remove(session: Session, town: Annotated[str, typer.Argument(metavar="TOWN", help="The office's town.")]) -> None:
    """Take an office out."""
    with session.hub() as hub:
        hub.authorities.remove(town, user=session.body("remove")["user"])
    answer_json({"removed": town}) if session.as_json else say(f"{town} is removed")
