"""`hub exchanges`: the log of files in and documents out, and the journey of each."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from hub.cli.file_outcomes import end_by, show_outcomes, what_helps, without_payments
from hub.cli.session import Session, command
from hub.cli.showing import (
    Amounts,
    answer_json,
    by_currency,
    file_name,
    minute,
    out,
    say,
    second,
    shortened,
    show_fields,
    show_table,
    state,
    words,
)
from hub.cli.telling import carry_out, tell
from hub.cli.wording import said
from hub.model.counting import counted
from hub.model.enquiries import Fate, PaymentStory
from hub.model.exchanges import Direction, Exchange, ExchangeState
from hub.services.ports import JsonObject

if TYPE_CHECKING:
    from hub.runtime.facade_exchanges import Journey

Number = Annotated[int, typer.Argument(metavar="NO", help="The exchange's number, see: hub exchanges.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Files in and documents out, and what became of each.")
    command(app, "list", is_default=True)(list_exchanges)
    command(app, "show")(show)
    command(app, "content")(content)
    command(app, "retry")(retry)
    command(app, "accept", is_keyed=True)(accept)
    command(app, "reject", is_keyed=True)(reject)
    command(app, "undo", is_keyed=True)(undo)
    return app


def list_exchanges(
    session: Session,
    in_state: Annotated[ExchangeState | None, typer.Option("--state", help="Those in one state.")] = None,
    direction: Annotated[Direction | None, typer.Option("--direction", help="What came in, or what goes out.")] = None,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="Those of a kind, such as webhook or payment_file.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 50,
) -> None:
    """List exchanges, newest first."""
    with session.hub() as hub:
        found = hub.exchanges.latest(direction=direction or "", state=in_state or "", kind=kind, limit=limit)
    if session.as_json:
        answer_json(found)
        return
    rows = [
        (str(e.number), e.direction, minute(e.created_at), file_name(e.name), _what(e), state(e.state), e.reason)
        for e in found
    ]
    columns = (
        ("no", "right"),
        ("way", "keep"),
        ("created (UTC)", "keep"),
        ("name", "wrap"),
        "what",
        ("state", "keep"),
        ("why", "wrap"),
    )
    nothing = "no exchange is so" if in_state or direction or kind else "no file has come yet; try: hub receive FILE"
    show_table("", columns, rows, empty=nothing)
    if len(found) == limit:
        say(f"shown are the newest {limit}: see more with --limit")


def _what(exchange: Exchange) -> str:
    """Say what it is: the format that was read, else the kind."""
    return exchange.format or words(exchange.kind)


def show(
    session: Session,
    number: Number,
    limit: Annotated[int, typer.Option("--limit", min=0, metavar="N", help="At most so many payments.")] = 50,
) -> None:
    """Show what a file said and what became of every payment in it, or how a document is sent."""
    with session.hub() as hub:
        journey = hub.exchanges.show(number)
        payments = hub.exchanges.payments(number, limit=limit) if limit else []
    if session.as_json:
        answer_json({**journey._asdict(), "payments": payments})
        return
    amounts = Amounts({s.currency for s in journey.sections} | {o.currency for o in journey.outcome})
    if journey.exchange.direction == Direction.OUT:
        _show_sending(journey)
        return
    _show_head(journey.exchange)
    _show_journey(journey, amounts)
    if payments:
        show_payments(f"payments ({len(payments)} shown)", payments, amounts)


def _show_head(exchange: Exchange) -> None:
    problem = exchange.problem or {}
    place = ", ".join(f"{name} {problem[name]}" for name in ("line", "record", "field") if problem.get(name))
    show_fields(
        f"exchange {exchange.number}: {exchange.name}",
        (
            ("state", state(exchange.state)),
            ("why", exchange.reason),
            ("error", f"{problem['code']} {place}" if problem else ""),
            ("what to do", what_helps(exchange) if exchange.state == ExchangeState.QUARANTINED else ""),
            ("format", exchange.format + (f" (plugin {exchange.plugin})" if exchange.plugin else "")),
            ("received", f"{second(exchange.created_at)} UTC, attempt {exchange.attempt}"),
            *_bytes_of(exchange),
        ),
    )


def _bytes_of(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    return (("bytes", f"{exchange.size:,}".replace(",", " ")), ("SHA-256", exchange.sha256))


def _show_sending(journey: Journey) -> None:
    """Show a document that goes out: one row for each channel it was tried on."""
    exchange = journey.exchange
    show_fields(
        f"exchange {exchange.number}, out: {exchange.name}",
        (
            ("state", state(exchange.state)),
            ("kind", exchange.kind + (f" (plugin {exchange.plugin})" if exchange.plugin else "")),
            ("planned", f"{second(exchange.created_at)} UTC"),
            ("stands so since", f"{second(exchange.changed_at)} UTC"),
            *_bytes_of(exchange),
        ),
    )
    rows = [
        (str(a.attempt_no), a.channel, state(a.state), str(a.sends), a.external_id, a.problem) for a in journey.attempts
    ]
    columns = (
        ("no", "right"),
        "channel",
        ("state", "keep"),
        ("sent", "right"),
        ("external id", "wrap"),
        ("why", "wrap"),
    )
    show_table("attempts", columns, rows)


def _show_journey(journey: Journey, amounts: Amounts) -> None:
    if journey.sections:
        rows = [
            (
                s.account,
                s.level,
                s.booked_date or s.first_date or "",
                s.serial or s.identity,
                str(s.payments),
                "" if s.net_ore is None else amounts.write(s.net_ore, s.currency),
            )
            for s in journey.sections
        ]
        columns = (
            ("account", "keep"),
            ("level", "wrap"),
            ("booked", "keep"),
            ("serial", "wrap"),
            ("payments", "right"),
            (amounts.heading, "right"),
        )
        show_table("sections", columns, rows)
    if journey.outcome:
        outcome = [
            (state(words(o.what)), words(o.why), o.where, str(o.payments), amounts.write(o.amount_ore, o.currency))
            for o in journey.outcome
        ]
        fates = ("what", "why", "where", ("payments", "right"), (amounts.heading, "right"))
        show_table("what became of it", fates, outcome)
    elif entries := without_payments(journey.exchange):
        show_fields("", (("what became of it", entries),))
    for difference in _differences(journey.exchange):
        say(difference)
    _show_rejected(journey.exchange)


def _differences(exchange: Exchange) -> list[str]:
    correction = (exchange.summary or {}).get("correction")
    if not correction:
        return []
    count = len(correction["differences"])
    return [f"it corrects exchange {correction['corrects']}: {counted(count, 'difference')} (--json lists them)"]


def _show_rejected(exchange: Exchange) -> None:
    """Show why rows of an import were rejected, the first of them."""
    summary = exchange.summary or {}
    reasons = summary.get("rejected_rows", ())
    if reasons:
        rows = [(str(one["line"]), one["field"], one["code"], one["message"]) for one in reasons]
        columns = (("line", "right"), ("field", "keep"), ("code", "keep"), ("why", "wrap"))
        show_table(f"rejected rows ({summary['rejected']})", columns, rows)
        say("hub import writes a list of all of them, with their columns, beside the file: correct it and import it")


def show_payments(title: str, payments: list[PaymentStory], amounts: Amounts | None = None) -> None:
    """Show payments, one row for each share of each."""
    amounts = amounts or Amounts(payment.currency for payment in payments)
    rows: list[tuple[Any, ...]] = []
    for payment in payments:
        amount = amounts.write(payment.amount_ore, payment.currency)
        shares = [(_fate(fate), amounts.write(fate.amount_ore, payment.currency)) for fate in payment.fates]
        head = (str(payment.payment_id), payment.booked_date, shortened(said(payment)), payment.payer_name)
        for share in shares or [(state("loaded"), amount)]:
            rows.append((*head, *share))
            head = ("", "", "", "")
    columns = (
        ("id", "right"),
        ("booked", "keep"),
        ("reference", "keep"),
        "payer",
        ("what", "wrap"),
        (amounts.heading, "right"),
    )
    show_table(title, columns, rows)


def _fate(fate: Fate) -> Text:
    """Say what became of a share, such as `posted: exact reference, 010000101`."""
    why = ", ".join(part for part in (words(fate.why), fate.where) if part)
    return state(words(fate.what)).append(f": {why}" if why else "", style="default")


def content(
    session: Session,
    number: Number,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The file to write.", dir_okay=False)],
) -> None:
    """Write the bytes of an exchange to a file, as they came or as they are sent."""
    with session.hub() as hub, hub.exchanges.content(number) as stream, to.open("xb") as file:
        shutil.copyfileobj(stream, file)
    say(f"written to {to}")


def retry(session: Session, number: Number) -> None:
    """Take a file up again after its cause is mended: one in quarantine, undone, or whose run failed."""
    with session.hub() as hub:
        hub.exchanges.retry(number)
        _answer(session, {}, hub.exchanges.show(number))


def accept(session: Session, number: Number) -> None:
    """Take a held correction: the file it corrects is undone, and this one is posted.

    Says what became of the payments of both; ends as `hub receive` does.
    """
    with session.hub() as hub:
        answer = carry_out(session, hub, "accept_correction", exchange_no=number)
        _answer(session, answer, hub.exchanges.show(number))


def reject(session: Session, number: Number, reason: Reason) -> None:
    """Keep the earlier file; the held correction is closed."""
    with session.hub() as hub:
        tell(session, hub, "reject_correction", exchange_no=number, reason=reason)


def undo(session: Session, number: Number, reason: Reason) -> None:
    """Take a posted file back by new entries; what has been moved or refunded since is left out and listed."""
    with session.hub() as hub:
        answer = carry_out(session, hub, "undo_file", exchange_no=number, reason=reason)
    if session.as_json:
        answer_json(answer)
        return
    out().print(_undone(answer))
    say(f"to take it in again: hub exchanges retry {number}; another in its place: hub receive FILE")


def _answer(session: Session, answer: JsonObject, journey: Journey) -> None:
    """Answer with what a command says, and where its file stands now."""
    if session.as_json:
        answer_json({**journey.exchange._asdict(), **answer, "exchange": journey.exchange, "outcome": journey.outcome})
    else:
        for undone in answer.get("undone", ()):
            say(_undone(undone))
        show_outcomes([journey])
    end_by(session, [journey])


def _undone(told: JsonObject) -> str:
    """Say what an undo took back, such as `exchange 2 is undone: 21 postings taken back, 1 payment left out`."""
    counts = [f"{counted(told['postings'], 'posting')} taken back"] if told["postings"] else []
    if told["bank_movements"]:
        sums = by_currency(told["bank_movements_ore"])
        counts.append(f"{counted(told['bank_movements'], 'bank movement')} taken back ({sums})")
    if told["reversals_undone"]:
        counts.append(f"{counted(told['reversals_undone'], 'reversal')} undone, its money waits in suspense")
    if told["held"]:
        counts.append(f"{counted(told['held'], 'payment')} of other files held again")
    if told["left_out"]:
        counts.append(f"{counted(told['left_out'], 'payment')} left out, moved or refunded since (--json lists them)")
    return f"exchange {told['exchange_no']} is undone: {', '.join(counts) or 'nothing was booked by it'}"
