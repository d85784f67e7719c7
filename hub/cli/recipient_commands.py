"""`hub recipients`: the register of what debtors want, and where they are reached."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, say, show_table, words
from hub.model.counting import counted
from hub.services.payments.inspecting import masked_identity


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="What debtors want, and where they are reached.")
    command(app, "list", is_default=True)(list_recipients)
    command(app, "import")(import_file)
    return app


def list_recipients(
    session: Session,
    search: Annotated[str, typer.Option("--search", metavar="TEXT", help="The beginning of a name, or a key.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 100,
) -> None:
    """List the register by name."""
    with session.hub() as hub:
        found = hub.documents.recipients(search=search, limit=limit)
    shown = [one._replace(recipient_key=masked_identity(one.recipient_key), identity="") for one in found]
    if session.as_json:
        answer_json(shown)
        return
    rows = [
        (
            one.name,
            one.recipient_key,
            words(one.debtor_class),
            words(one.wish),
            one.email,
            one.email_consent_on,
            one.e_invoice_address,
            "protected" if one.is_protected else "",
        )
        for one in shown
    ]
    columns = ("name", ("known by", "keep"), "class", "wants", "email", "agreed on", "e-invoice address", "")
    show_table("", columns, rows, empty="the register is empty: hub recipients import FILE")


def import_file(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSON or Excel, with our names as headings.")],
) -> None:
    """Take the register in from a file: each row replaces what the file's columns say; a bad row holds no other."""
    with session.hub() as hub:
        report = hub.documents.import_recipients(file)
    if session.as_json:
        told = {name: [one._asdict() for one in getattr(report, name)] for name in ("problems", "warnings")}
        answer_json({**report._asdict(), **told})
    else:
        lifted = f", {counted(report.protections_lifted, 'protection')} lifted" if report.protections_lifted else ""
        stay = counted(report.protections_kept, "number")
        lifted += f", {stay} of somebody else who stays protected" if report.protections_kept else ""
        ended = f", {counted(report.consents_ended, 'consent')} ended" if report.consents_ended else ""
        unbound = counted(report.consents_without_address, "consent")
        unused = f", {unbound} without an address: nothing is mailed" if report.consents_without_address else ""
        say(f"{report.kept} kept, {report.rejected} rejected{lifted}{ended}{unused}")
        found = [("rejected", one) for one in report.problems] + [("warning", one) for one in report.warnings]
        rows = [(what, str(one.line), one.field, one.message) for what, one in found]
        if rows:
            show_table("", ("", ("line", "right"), "field", ("why", "wrap")), rows)
    if report.rejected:
        raise typer.Exit(ExitCode.DATA)
