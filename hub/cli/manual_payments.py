"""`hub payments manual`: payments registered by hand, with a payment-method code (inbetalningssätt)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hub.cli.session import Session, command
from hub.cli.telling import Coding, Company, CreditBalance, Number, Remark, coding_lines, ore, target, tell

Method = Annotated[str, typer.Option("--method", metavar="CODE", help="Payment-method code of the company.")]
Day = Annotated[
    str, typer.Option("--date", metavar="DATE", help="The day it really happened, such as 2026-11-20; not to come.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "manual", is_keyed=True)(manual)


def manual(
    session: Session,
    number: Number,
    method: Method,
    date: Day,
    amount: Annotated[
        str | None, typer.Option("--amount", metavar="KRONOR", help="Left out with a text-only code.")
    ] = None,
    coding: Coding = None,
    company: Company = "",
    allow_credit_balance: CreditBalance = False,
    remark: Remark = "",
) -> None:
    """Register a payment, fee or correction by hand."""
    given = {"allow_credit_balance": allow_credit_balance, "remark": remark}
    tell_payment(session, "register_payment", number, company, method, date, amount, coding, given)


def tell_payment(
    session: Session,
    kind: str,
    number: str,
    company: str,
    method: str,
    date: str,
    amount: str | None,
    coding: Coding,
    given: dict[str, Any],
) -> None:
    """Tell the hub of money on a receivable by a payment-method code; `given` goes with the command as it is."""
    with session.hub() as hub:
        about = {"receivable": target(hub, number, company), "method": method, "transaction_date": date}
        tell(session, hub, kind, amount_ore=ore(amount), coding=coding_lines(coding), **about, **given)
