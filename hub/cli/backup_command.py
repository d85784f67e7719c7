"""`hub backup`: a copy of the SQLite database, taken while others work, with the books in it proved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.session import Session, command
from hub.cli.showing import answer_json, progress_bar, say
from hub.cli.verify_command import NoBytes, end_by, proofs_as_data, show_proofs

NOT_IN_IT = "not in it: hub.toml, tenants/, the files waiting in inbox/, and the secrets that the settings name"


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "backup")(backup)


def backup(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; one that is there is never written over.")],
    no_bytes: NoBytes = False,
) -> None:
    """Copy the database to a new file while others work, and prove the books in the copy.

    Holds every tenant of the database. Ends in 6 when the copy is made and its books do not agree.
    """
    from hub.runtime.facade_books import back_up  # here: it loads the database library

    with progress_bar("backing up", is_quiet=session.as_json) as bar:
        made = back_up(session.home, file, with_bytes=not no_bytes, progress=bar)
    if session.as_json:
        answer_json({"file": str(made.file), "size": made.size, "not_in_it": NOT_IN_IT, **proofs_as_data(made.proofs)})
    else:
        show_proofs(made.proofs)
        say(f"{made.file}: {made.size} bytes; {NOT_IN_IT}")
    end_by(made.proofs)
