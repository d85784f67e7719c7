"""`hub documents letters` and `hub documents copy`: letters about receivables, and copies of what was sent."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.option_names import GIVEN_BY
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, show_table, state, words
from hub.cli.telling import Company, tell
from hub.model.deliveries import DocumentRow
from hub.model.documents import DocumentKind

DocumentNo = Annotated[int, typer.Argument(metavar="NO", help="The document's number, see: hub documents letters.")]


def add_to(group: typer.Typer) -> None:
    """Add the commands to those of documents."""
    command(group, "letters")(letters)
    command(group, "copy", is_keyed=True)(copy)


def kind_of(row: DocumentRow) -> str:
    """Return what a document is; of what was said anew or copied also which, as `invoice, version 2, copy 1`."""
    which = (("version", row.version * (row.version > 1)), ("copy", row.copy_no))
    return ", ".join((words(row.kind), *(f"{name} {no}" for name, no in which if no)))


def letters(
    session: Session,
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER", help="Numbers of receivables.")],
    kind: Annotated[DocumentKind | None, typer.Option("--kind", help="Those of one kind, such as demand.")] = None,
    dated: Annotated[str, typer.Option("--dated", metavar="DATE", help="Those of one date.")] = "",
    company: Company = "",
) -> None:
    """List the letters about receivables, newest first: each may be copied."""
    with session.hub() as hub:
        found = hub.documents.letters_about(numbers, company=company, kind=kind or "", dated=dated)
    if session.as_json:
        answer_json([
            {"document_no": row.document_no, "number": row.number, "kind": row.kind, "dated": day, "state": row.state}
            for row, day in found
        ])  # fmt: skip
        return
    rows = [(str(row.document_no), row.number, kind_of(row), day, state(row.state), row.reason) for row, day in found]
    columns = (("document", "right"), ("number", "keep"), "kind", ("dated", "keep"), ("state", "keep"), ("why", "wrap"))
    show_table("", columns, rows, empty="no letter is about them")


def copy(
    session: Session,
    number: DocumentNo,
    dated: Annotated[
        str, typer.Option("--dated", metavar="DATE", help="Its date; left out: the original's. The day to pay follows.")
    ] = "",
    officer: Annotated[str, typer.Option("--officer", metavar="TEXT", help="Whom it says to ask.")] = "",
    without_word: Annotated[
        bool,
        typer.Option("--without-word", help="The word copy is not printed on it; on a PDF that came with it none is."),
    ] = False,
) -> None:
    """Send a copy of a document by the route; of a letter it starts no dunning and bears no fee.

    One that came with its own PDF is copied as it is, with --without-word alone: nothing is printed on that.
    """
    given_by = {**GIVEN_BY, "document_no": "NO", "issue_date": "--dated", "officer": "--officer"}
    values = {"document_no": number, "officer": officer, "says_copy": not without_word}
    with session.hub() as hub:
        tell(session, hub, "copy_document", given_by, **values, **({"issue_date": dated} if dated else {}))
