"""`hub receive` and `hub import`: files in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.session import Session, command
from hub.cli.showing import (
    answer_json,
    by_currency,
    kronor,
    out,
    progress_bar,
    say,
    show_table,
    state,
    words,
    write_privately,
)
from hub.errors import ConfigurationError, LedgerError
from hub.model.exchanges import ExchangeState
from hub.model.import_rows import ImportReport

if TYPE_CHECKING:
    from hub.runtime.facade import Hub, Receipt

MOST_ROWS_SHOWN = 20
WAITS = "another process is working in this home; what you asked for is queued"
_FAILURES = {ConfigurationError.code: ExitCode.CONFIGURATION, LedgerError.code: ExitCode.DEFECT}

Files = Annotated[
    list[Path] | None, typer.Argument(help="Payment files.", exists=True, dir_okay=False, show_default=False)
]
Poll = Annotated[bool, typer.Option("--poll", help="Take what waits in the inbox instead, once.")]
Inbox = Annotated[
    Path | None,
    typer.Option("--inbox", help="With --poll: the folder; else inbox/TENANT in the home.", file_okay=False),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "receive")(receive)
    command(app, "import")(import_file)


# --- payment files ---------------------------------------------------------------------------------------------------


def receive(session: Session, files: Files = None, poll: Poll = False, inbox: Inbox = None) -> None:
    """Take in payment files: keep, read, match and post each.

    A file that cannot be read is kept in quarantine and ends in exit code 1; the others go on.
    """
    if bool(files) == poll:
        raise typer.BadParameter("give files, or --poll")
    with session.hub() as hub, progress_bar("posting", is_quiet=session.as_json) as bar:
        told = (lambda _run, done, total: bar(done, total)) if bar is not None else None
        receipts = hub.poll(inbox, progress=told) if poll else hub.receive_all(files or [], progress=told)
        stories = [(receipt, hub.exchanges.show(receipt.exchange.number).outcome) for receipt in receipts]
        if session.as_json:
            answer_json([{**receipt._asdict(), "outcome": outcome} for receipt, outcome in stories])
        else:
            _show_receipts(hub, receipts)
    _end(receipts)


def _show_receipts(hub: Hub, receipts: list[Receipt]) -> None:
    rows = []
    for receipt in receipts:
        exchange = receipt.exchange
        for index, outcome in enumerate(hub.exchanges.show(exchange.number).outcome or [None]):
            head = (str(exchange.number), exchange.name, exchange.format) if index == 0 else ("", "", "")
            found = (
                (
                    state(outcome.what),
                    words(outcome.why),
                    str(outcome.payments),
                    kronor(outcome.amount_ore, outcome.currency),
                )
                if outcome is not None
                else (state("queued" if receipt.is_queued else exchange.state), exchange.reason, "", "")
            )
            rows.append((*head, *found))
    columns = (("no", "right"), "file", "format", "what", ("why", "wrap"), ("payments", "right"), ("kronor", "right"))
    show_table("", columns, rows, empty="nothing waits in the inbox")


def _end(receipts: list[Receipt]) -> None:
    for receipt in receipts:
        if receipt.run_state == "failed":
            say(f"{receipt.exchange.name}: {receipt.problem}; then: hub exchanges retry {receipt.exchange.number}")
            raise typer.Exit(_FAILURES.get(receipt.problem.partition(":")[0], ExitCode.DATA))
    if any(receipt.is_queued for receipt in receipts):
        say(next(filter(None, (receipt.problem for receipt in receipts)), WAITS))
        raise typer.Exit(ExitCode.WAITS)
    if any(receipt.exchange.state == ExchangeState.QUARANTINED for receipt in receipts):
        say("a file is in quarantine: see hub exchanges show NO; mend the cause, then: hub exchanges retry NO")
        raise typer.Exit(ExitCode.DATA)
    if any(receipt.exchange.state == ExchangeState.HELD for receipt in receipts):
        say("a file corrects an earlier one and is held: see hub exchanges show NO, then accept or reject it")


# --- receivables -----------------------------------------------------------------------------------------------------


def import_file(
    session: Session,
    file: Annotated[Path, typer.Argument(help="JSON, CSV or Excel (.xlsx).", exists=True, dir_okay=False)],
    source_system: Annotated[str, typer.Option("--source-system", help="Where it comes from (försystem).")],
    all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help="One wrong row keeps all out.")] = False,
    opening: Annotated[bool, typer.Option("--opening", help="Opening balances: no vouchers.")] = False,
) -> None:
    """Import receivables; rows that are known already are left as they are.

    Rejected rows are listed beside the file, in FILE.rejected.csv, and end in exit code 1.
    """
    with session.hub() as hub, progress_bar("importing", is_quiet=session.as_json) as bar:
        report = hub.import_receivables(
            file, source_system=source_system, all_or_nothing=all_or_nothing, opening=opening, progress=bar
        )
    if report.rejected_rows:
        from hub.services.receivables import rejected_csv, rejected_name  # here: it loads what reads Excel

        beside = file.with_name(rejected_name(file.name))
        write_privately(beside, rejected_csv(report.rejected_rows))
        say(f"{report.rejected} rejected rows are listed in {beside.name}")
    if session.as_json:
        answer_json(report.as_json())
    else:
        _show_report(report)
        if all_or_nothing and report.rejected:
            say("nothing of the file is kept, since rows of it are rejected and --all-or-nothing is given")
    if report.refused is not None or report.rejected:
        raise typer.Exit(ExitCode.DATA)


def _show_report(report: ImportReport) -> None:
    if report.refused is not None:
        say(f"{report.file_name} cannot be read: {report.refused}", is_error=True)
        return
    out().print(
        f"{report.file_name}: {report.rows} rows, {report.new} new, {report.new_versions} new versions, "
        f"{report.unchanged} known already, {report.rejected} rejected; {by_currency(report.amounts_ore)}"
    )
    found = [("rejected", row.line, problem) for row in report.rejected_rows for problem in row.problems]
    found += [("warning", warning.line, warning.problem) for warning in report.warnings]
    rows = [(what, str(line), p.field, p.code, p.message) for what, line, p in found[:MOST_ROWS_SHOWN]]
    if rows:
        show_table("", ("", ("line", "right"), "field", "code", ("reason", "wrap")), rows)
    if report.suspended_payments:
        say(f"{report.suspended_payments} waiting payments name what was imported; the rules have tried them again")
