"""`hub payments manual`: payments registered by hand, with a payment-method code (inbetalningssätt)."""

from __future__ import annotations

from typing import Annotated

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
    with session.hub() as hub:
        tell(
            session,
            hub,
            "register_payment",
            receivable=target(hub, number, company),
            method=method,
            transaction_date=date,
            amount_ore=ore(amount),
            coding=coding_lines(coding),
            allow_credit_balance=allow_credit_balance,
            remark=remark,
        )
