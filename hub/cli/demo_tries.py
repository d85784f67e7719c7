"""What `hub demo` ends with: commands to try next, as the reader can type them."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from hub.cli.showing import out
from hub.demo.folder import BGMAX, CAMT054, LATE_RECEIVABLE, MISTYPED, MISTYPED_BY, SOURCE_SYSTEM

if TYPE_CHECKING:
    from hub.demo.day import Day
    from hub.demo.outgoing import Outgoing

_INDENT = 2


def show_tries(day: Day) -> None:
    """Show commands that go on from the demonstration, each with what it is for."""
    home = shlex.quote(str(day.folder.home))
    wrong = next(payment for payment in day.bgmax.of("suspended") if payment.payer_name == MISTYPED_BY)
    tries = [
        (f"hub payments --home {home}", "the queue of money that waits"),
        (
            f"hub payments suggest {wrong.payment_id} --home {home}",
            "what one of them may be for; its reference was mistyped",
        ),
        (f"hub payments move {wrong.payment_id} {MISTYPED} --home {home}", "place it there"),
        (
            f"hub exchanges show {day.camt054.exchange.number} --home {home}",
            "what became of every payment of the camt file",
        ),
        (
            f"hub import {home}/files/{LATE_RECEIVABLE} --source-system {SOURCE_SYSTEM} --home {home}",
            "a receivable that comes late: its payment waits already, and finds it",
        ),
        (f"hub receive {home}/files/{BGMAX} --home {home}", "the same file again: closed, nothing happens"),
        (f"hub receivables --home {home}", "what is still open"),
        *_next_documents(day, home),
        *_next_month(day),
        *_next_overdue(day),
        (f"hub feed --after 0 --home {home}", "everything the core ledger is told, once and in order"),
        (f"hub inspect {home}/files/{CAMT054} --json", "what any payment file says; needs no tenant"),
    ]
    for line, why in tries:
        line = f"{_program()}{line.removeprefix('hub')}"
        out().print(Padding(Text(line, style="cyan"), (0, 0, 0, _INDENT), expand=False), soft_wrap=True)
        out().print(Padding(Text(why, style="dim"), (0, 0, 0, _INDENT * 2), expand=False))
    out().print()


def _next_documents(day: Day, home: str) -> list[tuple[str, str]]:
    sent = [] if day.outgoing is None else [one.row.document_no for one in day.outgoing.sent if one.row is not None]
    if day.outgoing is None or not sent:
        return []
    return [
        (f"hub documents pdf {sent[0]} --to invoice.pdf --home {home}", "an invoice as it was printed"),
        (f"hub route {sent[3]} --home {home}", "why it took the way it took"),
        (f"hub documents e-invoice {sent[2]} --to invoice.xml --home {home}", "one that went by Peppol, as data"),
        ("hub validate invoice.xml", "whether it keeps the rules of EN 16931 and Peppol; needs no tenant"),
        *_next_sandboxes(day.outgoing, home),
    ]


def _next_sandboxes(outgoing: Outgoing, home: str) -> list[tuple[str, str]]:
    if not outgoing.first_port:
        return []
    only = " ".join(f"--only {plugin}" for plugin in outgoing.plugins)
    return [
        (
            f"hub sandbox {only} --folder {home}/sandbox --port {outgoing.first_port}",
            "the other sides again, in a terminal of their own, so that you can send more",
        )
    ]


def _next_month(day: Day) -> list[tuple[str, str]]:
    if day.month is None:
        return []
    home = shlex.quote(str(day.month.home))
    return [(f"hub payment-requests --home {home}", "the month's direct debits, and what became of each")]


def _next_overdue(day: Day) -> list[tuple[str, str]]:
    if day.overdue is None:
        return []
    home, number = shlex.quote(str(day.overdue.home)), day.overdue.order_no
    return [
        (f"hub orders-to-pay show {number} --home {home}", "the application, and all that happened to it"),
        (f"hub orders-to-pay form {number} --to form.pdf --home {home}", "the same as a form to print and sign"),
    ]


def _program() -> str:
    """How the reader can call the command: by its name if the shell finds it, else the way it was called now."""
    called = Path(sys.argv[0])
    found = shutil.which("hub")
    if called.name != "hub" or (found is not None and Path(found).samefile(called)):
        return "hub"
    return shlex.quote(sys.argv[0])
