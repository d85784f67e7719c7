"""`hub bookkeeping`: vouchers to the general ledger, its files back, and how the two compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, say, show_fields, show_table, state, words
from hub.model.bookkeeping import VoucherState

if TYPE_CHECKING:
    from hub.cli.showing import Column
    from hub.model.bookkeeping import ExportedVoucher
    from hub.rules.bookkeeping.comparing import AccountComparison, DifferingVoucher
    from hub.runtime.facade_bookkeeping import ExportReport
    from hub.services.bookkeeping.planning import ExportPlan

Company = Annotated[str, typer.Option("--company", metavar="NUMBER", help="One company alone.")]
Month = Annotated[str, typer.Argument(metavar="MONTH", help="A month, such as 2026-10.")]
MOST_SHOWN = 20


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Vouchers to the general ledger, its files back, and how the two compare.")
    command(app, "vouchers", is_default=True)(vouchers)
    command(app, "export", is_keyed=True)(export)
    command(app, "receive")(receive)
    command(app, "refused", is_keyed=True)(refused)
    command(app, "reconcile")(reconcile)
    command(app, "months")(months)
    command(app, "close", is_keyed=True)(close)
    command(app, "open", is_keyed=True)(reopen)
    return app


def vouchers(
    session: Session,
    company: Company = "",
    in_state: Annotated[VoucherState | None, typer.Option("--state", help="Those in one state.")] = None,
    before: Annotated[int | None, typer.Option("--before", metavar="NO", help="Those with lower numbers.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 50,
) -> None:
    """List vouchers, newest first: which file they went in, and the number that the ledger gave them."""
    with session.hub() as hub:
        found = hub.bookkeeping.vouchers(company=company, state=in_state or "", before=before, limit=limit)
    if session.as_json:
        answer_json(found)
        return
    columns = (
        ("voucher", "right"), "company", "type", "booked", ("exchange", "right"), "series", "in the ledger", "state",
        ("number", "keep"), "remark",
    )  # fmt: skip
    show_table("", columns, [_voucher_row(one) for one in found], empty="there is no such voucher")


def _voucher_row(one: ExportedVoucher) -> Sequence[object]:
    remarks = [f"{one.replaced} lines on the error account"] * bool(one.replaced)
    remarks += ["the ledger has it otherwise"] * bool(one.is_changed)
    exchange = str(one.exchange_no or "")
    number = f"{one.ledger_series} {one.ledger_number}".strip()
    return (
        str(one.voucher_no), one.company, words(one.voucher_type), one.booked_date, exchange, one.series,
        one.ledger_date, state(one.state), number, "; ".join(remarks),
    )  # fmt: skip


def export(
    session: Session,
    company: Company = "",
    plan: Annotated[bool, typer.Option("--plan", help="Say what would go and what waits; change nothing.")] = False,
    through: Annotated[
        int,
        typer.Option("--through", min=0, metavar="NO", help="No voucher behind this, the last that a plan saw."),
    ] = 0,
) -> None:
    """Export the vouchers that the general ledger does not have: each goes once."""
    with session.hub() as hub:
        if plan:
            plans = hub.bookkeeping.plan(company)
            answer_json(plans) if session.as_json else _show_plans(plans)
            return
        done = hub.bookkeeping.export(company, key=session.body("export")["key"], through=through)
    if session.as_json:
        answer_json(done)
    else:
        _show_export(done)
    _end_of(session, done)


def _show_plans(plans: Iterable[ExportPlan]) -> None:
    for one in plans:
        days = f"{one.first_date} to {one.last_date}" if one.vouchers else ""
        series = ", ".join(f"{count} {name}" for name, count in sorted(one.by_series.items()))
        fields = (("company", one.company), ("vouchers", str(one.vouchers)), ("by series", series), ("days", days))
        seen = ("seen", f"up to voucher {one.through}" if one.through else "")
        show_fields("", (*fields, ("wait", _counted(one.waiting)), seen))
        if one.left_out:
            rows = [(str(left.voucher_no), words(left.reason), left.detail) for left in one.left_out[:MOST_SHOWN]]
            show_table("wait", (("voucher", "right"), "why", ("what to do", "wrap")), rows)
        if one.replaced:
            replaced = [(str(each.voucher_no), each.account, each.why) for each in one.replaced[:MOST_SHOWN]]
            show_table("to the error account", (("voucher", "right"), ("account", "keep"), "why"), replaced)
        if max(len(one.left_out), len(one.replaced)) > MOST_SHOWN:
            say(f"the first {MOST_SHOWN} of each are shown; --json names more")


def _show_export(done: ExportReport) -> None:
    rows = [
        (one.company, str(one.number), str(one.vouchers), str(one.exchange.number), state(one.exchange.state))
        for one in done.files
    ]
    columns = ("company", ("file", "right"), ("vouchers", "right"), ("exchange", "right"), "state")
    show_table("", columns, rows, empty="nothing has gone: there is no voucher that can go")
    for company, waiting in done.waiting.items():
        if waiting:
            say(f"company {company}: {_counted(waiting)} wait; see: hub bookkeeping export --plan")


def _end_of(session: Session, done: ExportReport) -> None:
    if done.run.state in ("failed", "cancelled"):
        say(done.run.problem, is_error=True)
        raise typer.Exit(ExitCode.DATA)
    if done.run.state != "done":
        say(done.run.problem or session.why_queued())
        raise typer.Exit(ExitCode.WAITS)


def _counted(reasons: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {words(reason)}" for reason, count in sorted(reasons.items()))


def receive(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The ledger's own file, such as a SIE 4E file.")],
    company: Company = "",
) -> None:
    """Take in a file of the general ledger: its numbers for our vouchers, its accounts and balances."""
    with session.hub() as hub:
        report = hub.bookkeeping.receive(file, company=company)
    if session.as_json:
        answer_json(report)
    else:
        counted = {name: getattr(report, name) for name in ("numbers", "others", "accounts", "balances")}
        fields = [
            ("exchange", str(report.exchange_no)),
            ("state", report.state),
            ("company", report.company),
            *((name, str(count)) for name, count in counted.items() if report.state == "posted"),
            ("changed there", _vouchers(report.changed)),
            ("not of ours", _vouchers(report.unknown)),
            ("problem", report.problem),
        ]
        show_fields("", fields)
    if report.state == "quarantined":
        raise typer.Exit(ExitCode.DATA)


def refused(
    session: Session,
    number: Annotated[int, typer.Argument(metavar="NO", help="The exchange of the file.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What the ledger said.")],
) -> None:
    """Let the vouchers of a file go again that the ledger refused whole."""
    with session.hub() as hub:
        done = hub.bookkeeping.refused(number, reason=reason, user=session.body("refused")["user"])
    if session.as_json:
        answer_json(done)
    else:
        say(f"{done['vouchers']} vouchers go again: mend what was refused, then: hub bookkeeping export")


def reconcile(
    session: Session,
    month: Annotated[str, typer.Option("--period", metavar="MONTH", help="A month, such as 2026-10.")],
    company: Company = "",
) -> None:
    """Compare subledger, vouchers and general ledger per account in a month; exit code 6 when they do not agree."""
    with session.hub() as hub:
        found = hub.bookkeeping.reconcile(month, company)
    if session.as_json:
        answer_json([_as_told(one) for one in found])
    else:
        _show_comparisons(found)
    if not all(one.agrees for one in found):
        raise typer.Exit(ExitCode.BOOKS)


def _as_told(one: AccountComparison) -> dict[str, object]:
    derived = ("difference_ore", "unexplained_ore", "subledger_rest_ore", "agrees")
    return {**one._asdict(), **{name: getattr(one, name) for name in derived}}


def _show_comparisons(found: Sequence[AccountComparison]) -> None:
    amounts = ("subledger", "vouchers", "ledger", "difference", "unexplained", "balance", "in the ledger")
    columns: Sequence[Column] = ("company", ("account", "keep"), *((name, "right") for name in amounts))
    rows = [
        (
            one.company, one.account, _kronor(one.subledger_ore), _kronor(one.vouchers_ore), _kronor(one.ledger_ore),
            _kronor(one.difference_ore), _kronor(one.unexplained_ore), _kronor(one.vouchers_balance_ore),
            _kronor(one.ledger_balance_ore),
        )
        for one in found
    ]  # fmt: skip
    show_table("", columns, rows)
    for one in found:
        _show_reasons(one)


def _show_reasons(one: AccountComparison) -> None:
    for why in one.explanations:
        title = f"{one.account}: {words(why.reason)}, {why.vouchers} vouchers, {kronor(why.amount_ore)}"
        amounts = (("ours", "right"), ("theirs", "right"))
        columns = (("voucher", "right"), ("in the ledger", "keep"), "booked", "dated", *amounts)
        show_table(title, columns, [_differing_row(each) for each in why.named[:MOST_SHOWN]])
    if one.openings:
        taken = [(str(number), name, kronor(amount_ore)) for number, name, amount_ore in one.openings]
        title = f"{one.account}: taken over without vouchers, {kronor(one.opening_ore)}"
        show_table(title, (("receivable", "right"), ("number", "keep"), ("amount", "right")), taken)
    if one.subledger_rest_ore:
        say(f"{one.account}: the subledger has {kronor(one.subledger_rest_ore)} that no voucher is of: run hub verify")
    if one.ledger_ore is None:
        say(f"{one.account}: no file of the ledger is of this year; take one in: hub bookkeeping receive FILE")


def _differing_row(each: DifferingVoucher) -> Sequence[str]:
    number = f"{each.ledger_series} {each.ledger_number}".strip()
    ours, theirs = kronor(each.ours_ore), kronor(each.theirs_ore)
    return (str(each.voucher_no or ""), number, each.booked_date, each.ledger_date, ours, theirs)


def _vouchers(numbers: Sequence[int]) -> str:
    """Write vouchers by their numbers, the first ones: `voucher 2, voucher 7`."""
    return ", ".join(f"voucher {number}" for number in numbers[:MOST_SHOWN])


def _kronor(amount_ore: int | None) -> str:
    return "–" if amount_ore is None else kronor(amount_ore)


def months(session: Session, company: Company = "") -> None:
    """List the months that the ledger has closed."""
    with session.hub() as hub:
        _tell_months(session, hub.bookkeeping.months(company))


def close(session: Session, month: Month, company: Company = "") -> None:
    """Let no voucher go to a month that the ledger has closed."""
    with session.hub() as hub:
        _tell_months(session, hub.bookkeeping.close(month, company, user=session.body("close")["user"]))


def reopen(session: Session, month: Month, company: Company = "") -> None:
    """Let vouchers go to a month again."""
    with session.hub() as hub:
        _tell_months(session, hub.bookkeeping.reopen(month, company, user=session.body("open")["user"]))


def _tell_months(session: Session, closed: Mapping[str, Sequence[str]]) -> None:
    if session.as_json:
        answer_json(closed)
        return
    rows = [(company, month) for company, found in closed.items() for month in found]
    show_table("", ("company", "closed month"), rows, empty="no month is closed")
