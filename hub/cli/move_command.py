"""`hub move`: a tenant goes on in another database, every row and byte compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.session import Session, command
from hub.cli.showing import answer_json, progress_bar, say, show_table
from hub.model.counting import counted

if TYPE_CHECKING:
    from hub.store.moving import Moved


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "move")(move)


def move(
    session: Session,
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="URL", help="The other database: postgresql://user@host/name, or env:NAME or file:PATH."
        ),
    ],
    all_tenants: Annotated[bool, typer.Option("--all-tenants", help="Every tenant of the database.")] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Let it work here again, if no work has been done there.")
    ] = False,
) -> None:
    """Copy a tenant to another database, compare every row and byte, and let it work there alone.

    Nothing may work in this home meanwhile. A move that was interrupted is run again.
    """
    from hub.runtime.moving import move as move_tenants  # here: it loads the database library

    if all_tenants and session.tenant:
        raise typer.BadParameter("--all-tenants stands alone, without --tenant")
    moved = []
    with progress_bar("moving", is_quiet=session.as_json) as bar:
        for one in move_tenants(
            session.home,
            to,
            tenant=session.tenant,
            all_tenants=all_tenants,
            take_back=undo,
            wait_s=session.wait,
            progress=bar,
        ):
            moved.append(one)
    if session.as_json:
        answer_json({"tenants": moved})
        return
    for one in moved:
        _show(one, is_undone=undo)


def _show(moved: Moved, *, is_undone: bool) -> None:
    rows = [(content.table, str(content.rows), content.sha256[:16]) for content in moved.tables if content.rows]
    if rows:
        columns = (("table", "keep"), ("rows", "right"), ("hash, equal on both sides", "keep"))
        show_table(moved.tenant, columns, rows)
        files = "" if is_undone else f"; the bytes of {counted(moved.files, 'file')} hashed anew"
        say(f"{moved.tenant}: {counted(moved.rows, 'row')} in {counted(len(moved.tables), 'table')} compared{files}")
    if moved.damaged:
        files = counted(moved.damaged, "file")
        say(f"{moved.tenant}: {files} had damaged bytes before the move already: hub verify", is_error=True)
    say(f"{moved.tenant} works in {moved.destination} now, and no longer in {moved.origin}")
    if not is_undone:
        say("next: set database.url in a home of its own, or of all tenants that moved; then: hub verify")
