"""The command `hub`: all its groups put together."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from hub.cli import (
    attempt_commands,
    authority_commands,
    backup_command,
    balance_command,
    bank_commands,
    bookkeeping_commands,
    carry_commands,
    collection_commands,
    demo_command,
    document_commands,
    dunning_commands,
    exchange_commands,
    feed_command,
    file_commands,
    inbox_commands,
    inspect_command,
    instalment_commands,
    interest_command,
    interest_invoice_commands,
    mandate_commands,
    migrate_command,
    move_command,
    order_to_pay_commands,
    payment_commands,
    payment_request_commands,
    rate_commands,
    receivable_commands,
    recipient_commands,
    refund_commands,
    report_commands,
    run_commands,
    sandbox_commands,
    schedule_commands,
    serve_commands,
    setup_commands,
    telling,
    validate_command,
    verify_command,
)
from hub.cli.session import root_options
from hub.cli.usage import CommandLine

HELP = """Reskontra Hub: files from banks in, matched with receivables and posted; and what became of them.

Exit codes: 0 done, 1 a file or choice is wrong, 2 the command is, 3 a setting is, 4 queued or waits, 5 a defect,
6 the books do not agree.
"""


def build_app() -> typer.Typer:
    """Return the whole command."""
    app = typer.Typer(cls=CommandLine, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    root_options(app, HELP)
    for module in (
        setup_commands,
        serve_commands,
        demo_command,
        file_commands,
        document_commands,
        inspect_command,
        validate_command,
        interest_command,
        feed_command,
        balance_command,
        verify_command,
        backup_command,
        migrate_command,
        move_command,
        telling,
    ):
        module.register(app)
    for name, module in (
        ("payments", payment_commands),
        ("receivables", receivable_commands),
        ("reports", report_commands),
        ("documents", document_commands),
        ("dunning", dunning_commands),
        ("collection", collection_commands),
        ("interest-invoices", interest_invoice_commands),
        ("carry", carry_commands),
        ("instalments", instalment_commands),
        ("orders-to-pay", order_to_pay_commands),
        ("authorities", authority_commands),
        ("rates", rate_commands),
        ("recipients", recipient_commands),
        ("inbox", inbox_commands),
        ("refunds", refund_commands),
        ("exchanges", exchange_commands),
        ("bank", bank_commands),
        ("bookkeeping", bookkeeping_commands),
        ("mandates", mandate_commands),
        ("payment-requests", payment_request_commands),
        ("attempts", attempt_commands),
        ("runs", run_commands),
        ("schedule", schedule_commands),
        ("sandbox", sandbox_commands),
    ):
        app.add_typer(module.group(), name=name)
    return app


def main() -> None:
    """Run the command with the arguments it was given."""
    app = build_app()
    _keep_named(app, sys.argv[1:2])
    app(prog_name="hub")


def _keep_named(app: typer.Typer, words: Sequence[str]) -> None:
    """Leave out all commands but the one that the words begin with: to make all takes a third of a short command.

    Where they begin otherwise all stay, to be listed or compared with what was written.
    """
    commands = [one for one in app.registered_commands if one.name in words]
    groups = [one for one in app.registered_groups if one.name in words]
    if commands or groups:
        app.registered_commands, app.registered_groups = commands, groups
