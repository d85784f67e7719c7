"""`hub payments manual`: payments registered by hand, with a payment-method code (inbetalningssätt)."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.session import Session, command
from hub.cli.telling import Company, CreditBalance, Remark, ore, target, tell

Number = Annotated[str, typer.Argument(help="The receivable's number.")]
Method = Annotated[str, typer.Option("--method", help="Payment-method code of the company.")]
Day = Annotated[str, typer.Option("--date", help="The day it really happened, such as 2026-11-20.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "manual", is_keyed=True)(manual)


def manual(
    session: Session,
    number: Number,
    method: Method,
    date: Day,
    amount: Annotated[str | None, typer.Option("--amount", help="In kronor; none with a text-only code.")] = None,
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
            allow_credit_balance=allow_credit_balance,
            remark=remark,
        )
