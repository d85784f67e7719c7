"""`hub payments move` and its kin: what a person does with money that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.session import Session, command
from hub.cli.showing import answer_json, out, say
from hub.cli.telling import Coding, Company, CreditBalance, Number, Remark, carry_out, coding_lines, ore, target, tell
from hub.model.command import LARGEST_NUMBER
from hub.model.commands import Verdict
from hub.model.counting import counted
from hub.services.ports import JsonObject

if TYPE_CHECKING:
    from hub.runtime.facade import Hub

PaymentId = Annotated[int, typer.Argument(metavar="ID", help="The payment's id, see: hub payments.")]
PaymentIds = Annotated[list[int] | None, typer.Argument(metavar="ID", help="Payments by id.", show_default=False)]
Amount = Annotated[
    str | None, typer.Option("--amount", metavar="KRONOR", help='Such as "1250,50"; left out: all that remains.')
]
REVERSAL_NO = "EXCHANGE:NO"
Group = Annotated[str, typer.Option("--group", metavar="GROUP", help="A whole group that was held together.")]
Account = Annotated[
    str,
    typer.Option("--account", metavar="ACCOUNT", help="Such as bankgiro:9912346, when the file's own is not known."),
]

_DECIDED = {
    "placed": "posted to receivables",
    "suspended": "suspended (see: hub payments list --state suspended)",
    "held_again": "held again (see: hub payments list --state held)",
    "closed": "closed as the same money as their twins, nothing posted",
}


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "move", is_keyed=True)(move)
    command(app, "split", is_keyed=True)(split)
    command(app, "refund", is_keyed=True)(refund)
    command(app, "write-off", is_keyed=True)(write_off)
    command(app, "close", is_keyed=True)(close)
    command(app, "release", is_keyed=True)(release)
    command(app, "lump-payment", is_keyed=True)(lump_payment)
    command(app, "reversal", is_keyed=True)(reversal)


def move(
    session: Session,
    payment_id: PaymentId,
    number: Number,
    amount: Amount = None,
    company: Company = "",
    allow_credit_balance: CreditBalance = False,
) -> None:
    """Move suspended money to a receivable."""
    with session.hub() as hub:
        shares = ({**target(hub, number, company), "amount_ore": ore(amount)},)
        _move(session, hub, payment_id, shares, allow_credit_balance, {})


def split(
    session: Session,
    payment_id: PaymentId,
    shares: Annotated[
        list[str],
        typer.Argument(metavar="NUMBER=KRONOR", help="Each a receivable; the last may be NUMBER alone: the rest."),
    ],
    company: Company = "",
    allow_credit_balance: CreditBalance = False,
) -> None:
    """Split suspended money over several receivables, such as: hub payments split 7 010000107=300 010000112."""
    parted = [share.partition("=") for share in shares]
    with session.hub() as hub:
        wire = tuple(
            {**target(hub, number, company), "amount_ore": ore(amount if sign else None, option=number)}
            for number, sign, amount in parted
        )
        _move(session, hub, payment_id, wire, allow_credit_balance, {"amount_ore": "NUMBER=KRONOR"})


def _move(
    session: Session,
    hub: Hub,
    payment_id: int,
    shares: tuple[dict[str, Any], ...],
    is_allowed: bool,
    given_by: dict[str, str],
) -> None:
    body = {"payment_id": payment_id, "shares": shares, "allow_credit_balance": is_allowed}
    tell(session, hub, "move_payment", given_by, **body)


def refund(
    session: Session,
    payment_id: PaymentId,
    amount: Amount = None,
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="ACCOUNT", help="Such as bankgiro:991-2346 or an IBAN; left out: the one it came from."
        ),
    ] = "",
    remark: Remark = "",
) -> None:
    """Order suspended money to be paid back; the event refund_ordered says what to pay out."""
    with session.hub() as hub:
        body = {"payment_id": payment_id, "amount_ore": ore(amount), "payee_account": to, "remark": remark}
        tell(session, hub, "refund_payment", {"payee_account": "--to"}, **body)


def write_off(
    session: Session,
    payment_id: PaymentId,
    above_limit: Annotated[bool, typer.Option("--above-limit", help="You answer for more than the limit.")] = False,
    remark: Remark = "",
) -> None:
    """Write a small suspended amount off."""
    with session.hub() as hub:
        tell(session, hub, "write_off_suspended", payment_id=payment_id, above_limit=above_limit, remark=remark)


def close(session: Session, payment_ids: PaymentIds = None, group: Group = "") -> None:
    """Say of held payments: the same money as their twins. They are closed, and nothing is posted."""
    _decide(session, Verdict.SAME_MONEY, payment_ids, group, "")


def release(session: Session, payment_ids: PaymentIds = None, group: Group = "", account: Account = "") -> None:
    """Say of held payments: new money. They are matched and posted now."""
    _decide(session, Verdict.NEW_MONEY, payment_ids, group, account)


def _decide(session: Session, verdict: Verdict, payment_ids: list[int] | None, group: str, account: str) -> None:
    if bool(payment_ids) == bool(group):
        raise typer.BadParameter("give payments by id, or --group, one of them")
    with session.hub() as hub:
        body = {"payment_ids": tuple(payment_ids or ()), "group": group, "payee_account": account}
        answer = carry_out(session, hub, "decide_held", verdict=str(verdict), **body)
    if session.as_json:
        answer_json(answer)
        return
    out().print(f"{counted(answer['payments'], 'payment')}: {_decided(answer)}")
    say(f"one by one: hub payments show {payment_ids[0] if payment_ids else 'ID'}")


def _decided(answer: JsonObject) -> str:
    return ", ".join(f"{answer[name]} {what}" for name, what in _DECIDED.items() if answer.get(name))


def lump_payment(
    session: Session,
    lump_no: Annotated[int, typer.Argument(metavar="NO", help="The lump's number, see: hub payments lumps.")],
    reference: Annotated[
        str, typer.Option("--reference", metavar="TEXT", help="What the money is for, where you know it.")
    ] = "",
) -> None:
    """Make a lump that stays alone a payment of its own."""
    with session.hub() as hub:
        tell(session, hub, "make_lump_payment", lump_no=lump_no, reference=reference)


def reversal(
    session: Session,
    number: Annotated[str, typer.Argument(metavar=REVERSAL_NO, help="The reversal that waits, see: hub tasks.")],
    payment_id: Annotated[
        int | None, typer.Argument(metavar="ID", help="The payment's id, see: hub payments.", show_default=False)
    ] = None,
    coding: Coding = None,
    same_as: Annotated[
        str, typer.Option("--same-as", metavar=REVERSAL_NO, help="The same one, told by another format and decided.")
    ] = "",
) -> None:
    """Say which payment a reversal means that was not found by its keys; it is taken back.

    With --coding no payment is: one that was refunded already, or none that is known. The amount is booked on the
    accounts that bear it. With --same-as it is closed as the reversal that another format's file tells too.
    """
    if payment_id is None and not coding and not same_as:
        raise typer.BadParameter(
            "give ID, or --coding where no payment of yours can be taken back, or --same-as where another format's "
            "file tells the same reversal"
        )
    body = {**_reversal_no(number), "payment_id": payment_id, "same_as": _reversal_no(same_as) if same_as else None}
    with session.hub() as hub:
        tell(session, hub, "decide_reversal", coding=coding_lines(coding), **body)


def _reversal_no(text: str) -> dict[str, int]:
    exchange_no, _, reversal_no = text.partition(":")
    if not (exchange_no.isdecimal() and reversal_no.isdecimal()):
        raise typer.BadParameter("write a reversal as its task does, such as 3:1")
    if any(len(no) > len(str(LARGEST_NUMBER)) or int(no) > LARGEST_NUMBER for no in (exchange_no, reversal_no)):
        raise typer.BadParameter(f"must be at most {LARGEST_NUMBER} on each side of the colon")
    return {"exchange_no": int(exchange_no), "reversal_no": int(reversal_no)}
