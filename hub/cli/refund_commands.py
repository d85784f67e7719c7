"""`hub refunds`: money that is paid back, from being asked for until a statement says that it has left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, say, show_fields, show_table, state, words
from hub.cli.telling import Remark, ore, target, tell
from hub.model.refund_commands import RefundVerdict
from hub.model.refunds import RefundState
from hub.rules.refunds.deciding import is_same_person

if TYPE_CHECKING:
    from rich.console import RenderableType

    from hub.model.refunds import Refund, RefundOrder
    from hub.model.runs import Run
    from hub.runtime.facade_refunds import RefundStory
    from hub.services.refunds.planning import Planned

Company = Annotated[str, typer.Option("--company", metavar="NUMBER", help="One company alone.")]
RefundNo = Annotated[int, typer.Argument(metavar="NO", help="The refund's number, see: hub refunds list.")]
OrderNo = Annotated[int, typer.Argument(metavar="FILE", help="The file's number, see: hub refunds orders.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever reads it later.")]
Before = Annotated[int | None, typer.Option("--before", metavar="NO", help="Those with lower numbers.")]
Limit = Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")]
PLAN = "Say what would be done; change nothing."
MOST_SHOWN = 50


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Refunds: asking, approving, payment orders to the bank, and what became of them.")
    command(app, "list", is_default=True)(latest)
    command(app, "show")(show)
    command(app, "request", is_keyed=True)(request)
    command(app, "plan", is_keyed=True)(plan)
    command(app, "approve", is_keyed=True)(approve)
    command(app, "withdraw", is_keyed=True)(withdraw)
    command(app, "order", is_keyed=True)(order)
    command(app, "orders")(orders)
    command(app, "file")(file)
    command(app, "decide", is_keyed=True)(decide)
    command(app, "refused", is_keyed=True)(refused)
    command(app, "seen", is_keyed=True)(seen)
    return app


def latest(
    session: Session,
    company: Company = "",
    in_state: Annotated[RefundState | None, typer.Option("--state", help="Those in one state.")] = None,
    order_no: Annotated[int, typer.Option("--order", metavar="FILE", help="Those of one file.")] = 0,
    before: Before = None,
    limit: Limit = MOST_SHOWN,
) -> None:
    """List refunds, newest first: what is paid back, where each stands, and why."""
    with session.hub() as hub:
        found = hub.refunds.latest(
            company=company, state=in_state or "", order_no=order_no, before=before, limit=limit
        )  # fmt: skip
    if session.as_json:
        answer_json(found)
        return
    columns = (("refund", "right"), "of", "company", ("amount", "right"), "state", ("file", "right"), "asked by", "why")
    show_table("", columns, [_row(one) for one in found], empty="there is no such refund")


def _row(one: Refund) -> Sequence[object]:
    order_no = str(one.order_no or "")
    amount = kronor(one.amount_ore)
    return (str(one.refund_no), _of(one), one.company, amount, state(one.state), order_no, one.asked_by, one.reason)


def _of(one: Refund) -> str:
    return f"payment {one.payment_id}" if one.payment_id else f"receivable {one.receivable_id}"


def show(session: Session, number: RefundNo) -> None:
    """Show one refund: who asked and approved, the file it went in, what the bank and statements say."""
    with session.hub() as hub:
        story = hub.refunds.show(number)
    if session.as_json:
        answer_json(story)
    else:
        show_fields("", _fields(story))


def _fields(story: RefundStory) -> Sequence[tuple[str, RenderableType]]:
    one, order = story.refund, story.order
    approvals = ", ".join(f"{each.approved_by} {each.approved_at[:16]}" for each in story.approvals)
    told = ", ".join(f"exchange {exchange_no}" for exchange_no, _ in story.tellings)
    return (
        ("refund", str(one.refund_no)),
        ("of", _of(one)),
        ("company", one.company),
        ("amount", f"{kronor(one.amount_ore)} {one.currency}"),
        ("state", state(one.state)),
        ("why", one.reason),
        ("asked by", f"{one.asked_by} {one.asked_at[:16]}"),
        ("approved by", approvals or ("nobody is needed" if not one.approvals_needed else "")),
        ("approvals needed", str(one.approvals_needed)),
        ("to", _shortened(one.payee_account)),
        ("payee", one.payee_name),
        ("id at the bank", one.end_to_end_id),
        ("file", f"{order.order_no} ({order.message_id}, {words(order.exchange_state)})" if order else ""),
        ("left on", one.booked_on),
        ("said by", told),
        ("came back as", f"payment {one.returned_payment}" if one.returned_payment else ""),
    )


def _shortened(account: str) -> str:
    """Write an account without the digits in its middle, as on a screen that others see."""
    scheme, _, number = account.partition(":")
    return f"{scheme} {'*' * max(0, len(number) - 4)}{number[-4:]}" if number else ""


def request(
    session: Session,
    payment_id: Annotated[int | None, typer.Option("--payment", metavar="ID", help="A suspended payment.")] = None,
    number: Annotated[str, typer.Option("--receivable", metavar="NUMBER", help="One with a credit balance.")] = "",
    company: Company = "",
    amount: Annotated[
        str | None, typer.Option("--amount", metavar="KRONOR", help='Such as "1250,50"; left out: all that is left.')
    ] = None,
    to: Annotated[
        str, typer.Option("--to", metavar="ACCOUNT", help="Such as bankgiro:991-2346; left out: where it came from.")
    ] = "",
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="Who is paid; left out: payer or debtor.")] = "",
    town: Annotated[str, typer.Option("--town", metavar="TEXT", help="The payee's, where a bank wants it.")] = "",
    reference: Annotated[str, typer.Option("--reference", metavar="OCR", help="The payee's own reference.")] = "",
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="What the payee reads.")] = "",
    remark: Remark = "",
) -> None:
    """Ask that suspended money or a credit balance is paid back."""
    if (payment_id is None) == (not number):
        raise typer.BadParameter("give --payment or --receivable, one of them")
    with session.hub() as hub:
        of = {"receivable": target(hub, number, company)} if number else {"payment_id": payment_id}
        body = {"amount_ore": ore(amount), "payee_account": to, "payee_name": name, "payee_town": town}
        said = {"reference": reference, "text": text, "remark": remark}
        tell(session, hub, "request_refund", {"payee_account": "--to"}, **of, **body, **said)


def plan(
    session: Session,
    company: Company = "",
    only_plan: Annotated[bool, typer.Option("--plan", help=PLAN)] = False,
) -> None:
    """Ask for what the settings pay back without being asked: what has stood long enough."""
    with session.hub() as hub:
        if only_plan:
            found = hub.refunds.control_list(company)
            answer_json(found) if session.as_json else _show_control_list(found)
            return
        done = hub.refunds.plan(company, key=session.body("plan")["key"])
    if session.as_json:
        answer_json(done)
    else:
        shown = [(words(name).removesuffix(" ore"), _counted(name, many)) for name, many in done.counted.items()]
        show_fields("", shown or [("refunds", "0")])
    _end_of(session, done.run)


def _show_control_list(found: Sequence[Planned]) -> None:
    columns = ("of", ("number", "right"), "company", ("amount", "right"), ("set off", "right"), "left out because")
    rows = [
        (
            one.source, str(one.source_no), one.company, kronor(one.amount_ore), _some(one.netted_ore),
            words(one.withheld),
        )
        for one in found[:MOST_SHOWN]
    ]  # fmt: skip
    show_table("", columns, rows, empty="nothing has stood long enough")
    counted = Counter(one.withheld for one in found)
    going = [one for one in found if not one.withheld]
    say(
        f"{len(going)} would be refunded, {kronor(sum(one.amount_ore for one in going))}; {len(found) - len(going)} not"
    )
    if len(found) > MOST_SHOWN:
        say(f"the first {MOST_SHOWN} are shown; --json names all ({', '.join(sorted(filter(None, counted)))})")


def _some(amount_ore: int) -> str:
    return kronor(amount_ore) if amount_ore else ""


def _counted(name: str, many: int) -> str:
    return kronor(many) if name.endswith("_ore") else str(many)


def approve(
    session: Session,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="NO", help="Refunds by number.", show_default=False)
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every one that waits and that somebody else asked for.")
    ] = False,
    company: Company = "",
) -> None:
    """Approve refunds that somebody else has asked for (attest); all of them or none."""
    with session.hub() as hub:
        chosen = numbers or []
        if every:
            user = session.body("approve")["user"]
            waiting = hub.refunds.latest(company=company, state=RefundState.ASKED, limit=5_000)
            chosen = sorted(one.refund_no for one in waiting if not is_same_person(one.asked_by, user))
        if every and not chosen:
            none = "nothing waits for approval that somebody else has asked for"
            answer_json({"approved": 0, "ready": []}) if session.as_json else say(none)
            return
        if not chosen:
            raise typer.BadParameter("name refunds by number, or give --all; see: hub refunds list --state asked")
        tell(session, hub, "approve_refunds", refunds=chosen)


def withdraw(session: Session, number: RefundNo, reason: Reason) -> None:
    """Take a refund back that has not been ordered."""
    with session.hub() as hub:
        tell(session, hub, "withdraw_refund", refund_no=number, reason=reason)


def order(
    session: Session,
    company: Company = "",
    only_plan: Annotated[bool, typer.Option("--plan", help=PLAN)] = False,
) -> None:
    """Order what is approved: payment orders to the bank, each refund in one file for ever."""
    with session.hub() as hub:
        if only_plan:
            found = hub.refunds.would_order(company)
            if session.as_json:
                answer_json(found)
                return
            rows = [(*_row(one.refund)[:4], one.reason or "goes") for one in found]
            columns = (("refund", "right"), "of", "company", ("amount", "right"), ("would", "wrap"))
            show_table("", columns, rows, empty="no approved refund waits")
            return
        done = hub.refunds.order(company, key=session.body("order")["key"])
    if session.as_json:
        answer_json(done)
    else:
        _show_orders(done.orders, "nothing was ordered: no approved refund can go")
        if done.waiting:
            say(f"{done.waiting} wait; see: hub refunds order --plan")
    _end_of(session, done.run)


def orders(session: Session, company: Company = "", before: Before = None, limit: Limit = MOST_SHOWN) -> None:
    """List the files, newest first: what each holds, where it is, what the bank says."""
    with session.hub() as hub:
        found = hub.refunds.orders(company, before=before, limit=limit)
    if session.as_json:
        answer_json(found)
    else:
        _show_orders(found, "no file has been made")


def _show_orders(found: Sequence[RefundOrder], empty: str) -> None:
    columns = (
        ("file", "right"), "company", ("id", "keep"), ("refunds", "right"), ("amount", "right"), "pay on",
        ("exchange", "right"), "state", "the bank says",
    )  # fmt: skip
    rows = [
        (
            str(one.order_no), one.company, one.message_id, str(one.refunds), kronor(one.amount_ore), one.pay_on,
            str(one.exchange_no), state(one.exchange_state), one.answer,
        )
        for one in found
    ]  # fmt: skip
    show_table("", columns, rows, empty=empty)


def file(
    session: Session,
    number: OrderNo,
    to: Annotated[Path, typer.Option("--to", metavar="PATH", help="Where to write it; never over another file.")],
) -> None:
    """Write the bytes of a file as they were kept: the same ids, however often. To look at it, not to send it again."""
    with session.hub() as hub:
        found, content = hub.refunds.file(number)
    try:
        with to.open("xb") as stream:
            stream.write(content)
    except OSError as error:
        raise typer.BadParameter(f"--to: {error.strerror}") from None
    if session.as_json:
        answer_json({"order": found, "bytes": len(content), "path": str(to)})
    else:
        say(f"{to}: {found.message_id}, {found.refunds} refunds of {kronor(found.amount_ore)}")


def decide(
    session: Session,
    number: RefundNo,
    verdict: Annotated[RefundVerdict, typer.Argument(metavar="VERDICT", help="`paid`, `not_paid` or `came_back`.")],
    reason: Reason,
    paid_on: Annotated[str | None, typer.Option("--on", metavar="DAY", help="With paid: the day it left.")] = None,
    payment_id: Annotated[
        int | None, typer.Option("--payment", metavar="ID", help="With came_back: the payment it came back as.")
    ] = None,
) -> None:
    """Say what became of a refund that was ordered, where no answer and no statement does."""
    with session.hub() as hub:
        body = {"refund_no": number, "verdict": verdict, "reason": reason, "paid_on": paid_on, "payment_id": payment_id}
        tell(session, hub, "decide_refund", {"paid_on": "--on", "payment_id": "--payment"}, **body)


def refused(session: Session, number: OrderNo, reason: Reason) -> None:
    """Say that the bank has taken none of a file: the money of all its refunds goes back where it was."""
    with session.hub() as hub:
        tell(session, hub, "refuse_refund_order", order_no=number, reason=reason)


def seen(
    session: Session,
    task_no: Annotated[int, typer.Argument(metavar="TASK", help="The task's number, see: hub tasks.")],
    remark: Remark = "",
) -> None:
    """Close a task about a refund that you have seen to."""
    with session.hub() as hub:
        tell(session, hub, "see_refund", task_no=task_no, remark=remark)


def _end_of(session: Session, run: Run) -> None:
    if run.state in ("failed", "cancelled"):
        say(run.problem, is_error=True)
        raise typer.Exit(ExitCode.DATA)
    if run.state != "done":
        say(run.problem or session.why_queued())
        raise typer.Exit(ExitCode.WAITS)
