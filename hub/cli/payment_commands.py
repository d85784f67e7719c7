"""`hub payments`: the queue of money that waits, and what a person does with it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from hub.cli import manual_payments, payment_moves
from hub.cli.exchange_commands import show_payments
from hub.cli.payment_moves import PaymentId
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, say, shortened, show_table, state, words
from hub.cli.states import LumpState, WaitingState
from hub.model.counting import counted
from hub.model.payments import QueuedPayment
from hub.rules.payments.matching import Reason

SUSPENDED = "hub payments suggest ID, then move, split or refund"
HELD = "hub payments close ID (the same money) or release ID (new money)"
OF_UNKNOWN_ACCOUNT = (
    "add it to its company (hub tasks names it), then hub receive --poll; or hub payments release ID --account ACCOUNT"
)
Limit = Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")]


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Money that waits for a person, and what to do with it.")
    command(app, "list", is_default=True)(list_queue)
    command(app, "show")(show)
    command(app, "signals")(signals)
    command(app, "lumps")(lumps)
    command(app, "suggest")(suggest)
    command(app, "try-again", is_keyed=True)(try_again)
    payment_moves.add_to(app)
    manual_payments.add_to(app)
    return app


def list_queue(
    session: Session,
    in_state: Annotated[WaitingState | None, typer.Option("--state", help="Those in one state.")] = None,
    group: Annotated[str, typer.Option("--group", metavar="GROUP", help="A group that was held together.")] = "",
    limit: Limit = 100,
) -> None:
    """List payments that wait: suspended ones are in the suspense account, held ones are posted nowhere yet."""
    with session.hub() as hub:
        waiting = hub.payments.queue(state=in_state or "", group=group, limit=limit)
        totals = hub.payments.totals()
    if session.as_json:
        answer_json(waiting)
        _say_how_many(waiting, totals, in_state, group)
        return
    columns = (
        ("id", "right"),
        ("booked", "keep"),
        ("reference", "keep"),
        "payer",
        ("why", "wrap"),
        ("kronor", "right"),
    )
    show_table("", columns, [_row(payment) for payment in waiting], empty="no such money waits")
    _say_how_many(waiting, totals, in_state, group)
    for name, currency, count, remaining_ore in totals:
        shown = [payment.reason for payment in waiting if (payment.state, payment.currency) == (name, currency)]
        steps = "; ".join(_next_steps(name, shown, count))
        say(f"{name}: {counted(count, 'payment')}, {kronor(remaining_ore, currency)}; {steps}")


def _next_steps(in_state: str, reasons: list[str], in_all: int) -> list[str]:
    """Return what to do about payments in a state, by the reasons of those that are shown.

    One of an unknown account is like no other, and cannot be closed.
    """
    if in_state == WaitingState.SUSPENDED:
        return [SUSPENDED]
    unknown = reasons.count(Reason.UNKNOWN_PAYEE_ACCOUNT)
    steps = [HELD] if unknown < in_all else []
    if unknown:
        of_shown = " of those shown" if len(reasons) < in_all else ""
        steps.append(f"the payee account of {unknown}{of_shown} is unknown: {OF_UNKNOWN_ACCOUNT}")
    return steps


def _say_how_many(
    waiting: list[QueuedPayment], totals: list[tuple[str, str, int, int]], in_state: WaitingState | None, group: str
) -> None:
    in_all = sum(count for name, _, count, _ in totals if in_state in (None, name))
    if not group and in_all > len(waiting):
        say(f"shown are {len(waiting)} of {in_all}: see more with --limit")


def _row(payment: QueuedPayment) -> tuple[Any, ...]:
    text = payment.reference if payment.reference.isdigit() else payment.texts or payment.reference
    amount = kronor(payment.remaining_ore, payment.currency)
    return str(payment.payment_id), payment.booked_date, shortened(text), payment.payer_name, _why(payment), amount


def _why(payment: QueuedPayment) -> Text:
    """Say why a payment waits, such as `held: equal but for the day, see payment 7 (group 3:1)`."""
    twin = f", see payment {payment.twin_payment}" if payment.twin_payment else ""
    group = f" (group {payment.held_group})" if payment.held_group else ""
    return state(payment.state).append(f": {words(payment.reason)}{twin}{group}", style="default")


def show(session: Session, payment_id: PaymentId) -> None:
    """Show one payment and what became of it."""
    with session.hub() as hub:
        story = hub.payments.show(payment_id)
    if session.as_json:
        answer_json(story)
    else:
        show_payments(f"payment {payment_id}, exchange {story.exchange_no}", [story])


def suggest(session: Session, payment_id: PaymentId) -> None:
    """Say what a suspended payment may be for, best first; then: hub payments move ID NUMBER.

    Ends in 1 when there is no such payment, or it is not suspended.
    """
    with session.hub() as hub:
        found = hub.payments.suggest(payment_id)
    if session.as_json:
        answer_json(found)
        return
    rows = [(s["number"], s["due_date"], words(s["reason"]), kronor(s["open_ore"])) for s in found]
    columns = (("receivable", "keep"), ("due", "keep"), ("because", "wrap"), ("open", "right"))
    show_table(
        "",
        columns,
        rows,
        empty=f"nothing fits; place it yourself: hub payments move {payment_id} NUMBER, or refund {payment_id}",
    )
    if found:
        say(f"to place it: hub payments move {payment_id} {found[0]['number']}")


def signals(session: Session, limit: Limit = 100) -> None:
    """List payments on receivables under watch (signallista), newest first."""
    with session.hub() as hub:
        events = hub.payments.signals(limit=limit)
    if session.as_json:
        answer_json(events)
        return
    rows = [
        (
            e.recorded_at[:10],
            e.data["company"],
            e.data["number"],
            str(e.data["payment_id"]),
            kronor(e.data["amount_ore"], e.data["currency"]),
        )
        for e in events
    ]
    columns = ("recorded", "company", "receivable", ("payment", "right"), ("kronor", "right"))
    show_table("", columns, rows, empty="no payment has come on a receivable under watch")


def lumps(
    session: Session,
    in_state: Annotated[LumpState, typer.Option("--state", help="Those in one state.")] = LumpState.ALONE,
) -> None:
    """List movements of the bank accounts that came without who paid: those that stand alone, or others."""
    with session.hub() as hub:
        found = hub.payments.lumps(state="" if in_state is LumpState.ALL else in_state)
    if session.as_json:
        answer_json(found)
        return
    rows = [
        (
            str(m.lump_no),
            m.booked_date,
            m.entry_reference,
            str(m.exchange_no),
            state(m.state),
            kronor(m.amount_ore, m.currency),
        )
        for m in found
    ]
    columns = (("no", "right"), ("booked", "keep"), "reference", ("exchange", "right"), "state", ("kronor", "right"))
    show_table("", columns, rows, empty=f"no lump is {in_state}; see: --state all")


def try_again(
    session: Session,
    reason: Annotated[
        str, typer.Option("--reason", metavar="REASON", help="Those that wait for this, such as part_not_found.")
    ] = "",
) -> None:
    """Match suspended money again: what the rules now place leaves the suspense account."""
    with session.hub() as hub:
        found = hub.payments.try_again(reason, key=session.body("try_again")["key"])
    if session.as_json:
        answer_json({"tried_again": found})
    else:
        say(f"{counted(found, 'payment')} tried again; see: hub payments list")
