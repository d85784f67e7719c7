"""`hub demo`: one day of payments in two formats, told step by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.padding import Padding
from rich.text import Text

from hub.cli.demo_tries import show_tries
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, by_currency, kronor, out, progress_bar, show, state, table, words
from hub.cli.wording import explained, said
from hub.model.deliveries import TRIED
from hub.model.enquiries import Fate, PaymentStory

if TYPE_CHECKING:
    from hub.demo.day import Day, FileStory
    from hub.demo.month import Happened
    from hub.demo.outgoing import Sent
    from hub.demo.overdue import Happened as Pursued

HOME = Path("demo")
DIFFERENCES = ("difference_written_off", "difference_carried")
_INDENT = 2
_PURSUED = {
    "reminder_1": "its fee; to be paid by {pay_by}",
    "demand": "its fee; nothing may be filed before {pay_by} has passed (inkassolagen 6 §)",
    "filed": "asked for, with interest and what the case costs",
    "confirmed": "the authority's case {case_no}",
    "decided": "what the case costs, awarded and debited",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "demo")(demo)


def demo(session: Session) -> None:
    """Make a tenant to explore, in ./demo or --home, and let a day's overlapping bank files come in.

    Running it again starts over; a folder that holds something else is left alone.
    """
    from hub.demo.day import run_day  # here: it loads the database library

    home = session.home or HOME
    with progress_bar("taking the day's files in", is_quiet=session.as_json):
        day = run_day(home)
    if session.as_json:
        answer_json(_as_data(day))
        return
    for tell in (_beginning, _bgmax, _camt054, _camt053, _books, _documents, _month, _overdue):
        tell(day)
    _heading("Try next")
    show_tries(day)


def _as_data(day: Day) -> dict[str, Any]:
    stories = {name: getattr(day, name) for name in ("bgmax", "camt054", "camt053")}
    return {
        "home": str(day.folder.home),
        "imported": day.imported.as_json(),
        **{name: {"exchange": story.exchange, "payments": story.payments} for name, story in stories.items()},
        "lumps": day.lumps,
        "deposits": day.deposits,
        "balances": day.balances,
        "month": [] if day.month is None else day.month.happened,
        "overdue": [] if day.overdue is None else day.overdue.happened,
        "documents": [] if day.outgoing is None else [_document(one) for one in day.outgoing.sent],
    }


# --- the steps ------------------------------------------------------------------------------------------------------


def _beginning(day: Day) -> None:
    _heading("Reskontra Hub: one day of payments, in two formats at once")
    if day.folder.was_there:
        _tell("The earlier demonstration in this folder has been taken away.")
    imported = day.imported
    _step(1, "Receivables come from the billing system")
    _tell(f"{imported.new} receivables, {by_currency(imported.amounts_ore)}, each with an OCR reference of its own.")


def _bgmax(day: Day) -> None:
    _step(2, "The bank's BgMax file arrives")
    story = day.bgmax
    _tell(f"{len(story.payments)} payments, {_sum(story.payments)}. Matched at once, each with the rule that decided:")
    _rows(("payments", "right"), ("kronor", "right"), ("because", "wrap"), rows=_by_reason(story, "posted"))
    settled = _fates(story, "posted")
    for fate in settled:
        if fate.why in DIFFERENCES:
            _tell(
                f"One of them is {kronor(abs(fate.amount_ore))} off, within the company's limit: that is written off."
            )
    waiting = story.of("suspended")
    _tell("Waiting in the suspense account (observationskonto) for a person:")
    _payments(waiting, "suspended")
    also_settled = {fate.payment_id for fate in settled}
    names = [payment.payer_name for payment in waiting if payment.payment_id in also_settled]
    if names:
        _tell(f"Of {' and '.join(names)}'s payment only the rest waits: what was owed is settled, and counted above.")


def _camt054(day: Day) -> None:
    _step(3, "The same day arrives again, as camt.054")
    story = day.camt054
    same, new, held = story.of("duplicate"), story.of("posted"), story.of("held")
    _tell(f"{len(story.payments)} payments, {_sum(story.payments)}. The formats share no key, and still:")
    rows: list[tuple[Any, ...]] = [
        _verdict(
            state("same money"), same, "same account, day, amount and reference; all of BgMax's day is in this file"
        ),
        _verdict(state("new"), new, "not in BgMax: matched by OCR and posted"),
        _verdict(
            state("held"), held, "equal to one in BgMax, but without a reference nothing proves it: a person decides"
        ),
    ]
    _rows(("", "keep"), ("payments", "right"), ("kronor", "right"), ("because", "wrap"), rows=rows)
    _tell("Nothing is booked twice, and nothing is guessed. Held are:")
    _payments(held, "held")


def _verdict(what: Text, payments: Sequence[PaymentStory], because: str) -> tuple[Any, ...]:
    return what, str(len(payments)), kronor(sum(payment.amount_ore for payment in payments)), because


def _camt053(day: Day) -> None:
    _step(4, "The account statement arrives, as camt.053")
    _tell("Lumps without payers: they say what the bank account moved, never who paid. Each met its deposit:")
    files = {story.exchange.number: story.exchange.name for story in (day.bgmax, day.camt054)}
    meets = {d.lump_no: files.get(d.exchange_no, "") for d in day.deposits if d.lump_no is not None}
    rows = [
        (lump.entry_reference, kronor(lump.amount_ore), state(lump.state), meets.get(lump.lump_no, ""))
        for lump in day.lumps
    ]
    _rows(("bank's reference", "keep"), ("kronor", "right"), "", ("deposit in", "wrap"), rows=rows)


def _books(day: Day) -> None:
    _step(5, "The books, where every voucher balances")
    rows = [
        (balance.account, day.accounts.get(balance.account, ""), kronor(balance.amount_ore, balance.currency))
        for balance in day.balances
    ]
    _rows(("account", "keep"), ("", "wrap"), ("debit less credit", "right"), rows=rows)
    by_role = {day.accounts.get(balance.account, ""): balance.amount_ore for balance in day.balances}
    if by_role.get("clearing") == 0:
        _tell("Clearing is zero: what payers sent is what the bank account got, once.")


def _document(sent: Sent) -> dict[str, Any]:
    standing = {} if sent.row is None else sent.row._asdict()
    return {**sent.acceptance._asdict(), **standing, "steps": [step._asdict() for step in sent.steps]}


def _documents(day: Day) -> None:
    if day.outgoing is None:
        return
    _step(6, "Invoices go out, each by the one channel that reaches its debtor")
    _tell("Nine were handed over at once, to counterparties on this machine that speak the real protocols:")
    rows = [_way(sent) for sent in day.outgoing.sent]
    _rows(("number", "keep"), ("", "keep"), "by", ("because", "wrap"), rows=rows)
    counts = ", ".join(f"{name} {count}" for name, count in day.outgoing.received.items() if count)
    _tell(f"By the other sides' own count they got: {counts}. Nobody got two.")


def _way(sent: Sent) -> tuple[Any, ...]:
    if sent.row is None:
        return sent.acceptance.number, state("refused"), "", sent.acceptance.problem
    tried = "; ".join(f"{step.channel}: {step.reason}" for step in sent.steps if step.outcome in TRIED)
    taken = next((step.reason for step in sent.steps if step.channel == sent.row.channel), "")
    return sent.row.number, state(sent.row.state), words(sent.row.channel), tried or sent.row.reason or taken


def _month(day: Day) -> None:
    if day.month is None:
        return
    _step(6 + (day.outgoing is not None), "Two customers sign for direct debits, and one has no money")
    _tell("A month by a clock of its own; sealed files go to a Bankgirot on this machine, and its answers come back:")
    rows = [_happening(one) for one in day.month.happened]
    _rows("day", "customer", "", ("kronor", "right"), ("because", "wrap"), rows=rows)
    _tell(f"Bankgirot took {day.month.files} files. {kronor(day.month.open_ore)} kr is open still, and is dunned.")


def _happening(one: Happened) -> tuple[Any, ...]:
    amount = kronor(one.request.amount_ore) if one.request is not None else ""
    because = words(one.step.what) if one.step.what != one.step.state else ""
    return one.day, one.customer, state(one.step.state), amount, because


def _overdue(day: Day) -> None:
    if day.overdue is None:
        return
    _step(6 + (day.outgoing is not None) + (day.month is not None), "Nobody pays, and an authority decides")
    _tell("From due date to decision (utslag), by the same clock; letters go to a printer, files to an authority:")
    _rows("day", ("", "keep"), ("kronor", "right"), ("", "wrap"), rows=[_pursued(one) for one in day.overdue.happened])
    owed = kronor(day.overdue.open_ore)
    _tell(f"The printer took {day.overdue.letters} letters. {owed} kr is owed, with costs; interest runs on.")


def _pursued(one: Pursued) -> tuple[Any, ...]:
    about = _PURSUED.get(one.what, "").format(pay_by=one.pay_by, case_no=one.case_no)
    return one.day, state(words(one.what)), kronor(one.amount_ore) if one.amount_ore else "", about


# --- how it looks ---------------------------------------------------------------------------------------------------


def _by_reason(story: FileStory, what: str) -> list[tuple[str, str, str]]:
    """Count and sum the shares with one fate by their reason, most first."""
    groups: dict[str, list[Fate]] = defaultdict(list)
    for fate in _fates(story, what):
        if fate.why not in DIFFERENCES:
            groups[fate.why].append(fate)
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    return [
        (str(len({fate.payment_id for fate in fates})), kronor(sum(fate.amount_ore for fate in fates)), explained(why))
        for why, fates in ordered
    ]


def _fates(story: FileStory, what: str) -> list[Fate]:
    return [fate for payment in story.payments for fate in payment.fates if fate.what == what]


def _payments(payments: Iterable[PaymentStory], what: str) -> None:
    rows = [
        (payment.payer_name, said(payment), kronor(fate.amount_ore), explained(fate.why))
        for payment in payments
        for fate in payment.fates
        if fate.what == what
    ]
    _rows("payer", ("reference or text", "wrap"), ("kronor", "right"), ("because", "wrap"), rows=rows)


def _sum(payments: Iterable[PaymentStory]) -> str:
    return f"{kronor(sum(payment.amount_ore for payment in payments))} kronor"


def _heading(text: str) -> None:
    out().print()
    out().print(Text(text, style="bold"))


def _step(number: int, text: str) -> None:
    out().print()
    out().print(Text.assemble((f"{number} ", "bold cyan"), (text, "bold")))


def _tell(text: str) -> None:
    out().print(Padding(Text(text), (0, 0, 0, _INDENT), expand=False))


def _rows(*columns: str | tuple[str, str], rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        show(Padding(table(columns, rows), (0, 0, 0, _INDENT), expand=False))
