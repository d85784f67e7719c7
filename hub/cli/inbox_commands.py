"""`hub inbox`: documents that other tenants of the installation sent to this one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.session import Session, command
from hub.cli.showing import answer_json, minute, say, show_table
from hub.model.exchanges import Exchange
from hub.runtime.inboxes import INBOX_PLUGIN

Number = Annotated[int, typer.Argument(metavar="NO", help="The document's number, see: hub inbox.")]


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Documents that other tenants of the installation sent to this one.")
    command(app, "list", is_default=True)(list_documents)
    command(app, "save")(save)
    return app


def list_documents(
    session: Session, limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 50
) -> None:
    """List what came, newest first."""
    with session.hub() as hub:
        found = hub.documents.inbox(limit=limit)
        has_inbox = INBOX_PLUGIN in hub.tenant.plugins
    if session.as_json:
        answer_json(found)
        return
    rows = [(str(one.number), f"{minute(one.created_at)} UTC", _sender(one), one.name, str(one.size)) for one in found]
    columns = (("no", "right"), ("came", "keep"), ("from", "wrap"), "document", ("bytes", "right"))
    needs = "" if has_inbox else f"; it needs [plugins.{INBOX_PLUGIN}] in the tenant's settings"
    show_table("", columns, rows, empty=f"nothing has come{needs}")
    if len(found) == limit:
        say(f"shown are the newest {limit}: see more with --limit")


def _sender(came: Exchange) -> str:
    """Return the tenant that sent it; blank of what came before that was kept."""
    return str((came.summary or {}).get("sender", ""))


def save(
    session: Session,
    number: Number,
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="A folder for both files.", file_okay=False)],
) -> None:
    """Write a document that came as PDF, and its data as JSON."""
    with session.hub() as hub:
        received = hub.documents.from_inbox(number)
    to.mkdir(parents=True, exist_ok=True)
    for path, content in ((to / f"{number}.pdf", received.pdf), (to / f"{number}.json", received.data)):
        with path.open("xb") as file:
            file.write(content)
        say(f"written to {path}")
