"""`hub bank`: files from and to banks, by which connection, and where each stands."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.option_names import GIVEN_BY
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, minute, say, shortened, show_table, state, words
from hub.cli.telling import tell
from hub.model.bank_connections import TELLABLE, BankFileState
from hub.model.bank_statements import GapState
from hub.model.exchanges import Direction

if TYPE_CHECKING:
    from hub.model.bank_connections import BankFileRow
    from hub.model.bank_statements import GapRow, Statement
    from hub.runtime.facade_bank import AccountStatements, ConnectionState, FetchReport, RuleOfAccount
    from hub.services.payments.trying_rules import TriedEntry

Connection = Annotated[str, typer.Option("--connection", metavar="NAME", help="One bank connection alone.")]


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Files from and to banks: fetched, handed over, and where each stands.")
    command(app, "files", is_default=True)(files)
    command(app, "connections")(connections)
    command(app, "fetch")(fetch)
    command(app, "told", is_keyed=True)(told)
    command(app, "rules")(rules)
    command(app, "statements")(statements)
    command(app, "accept", is_keyed=True)(accept)
    return app


def connections(session: Session) -> None:
    """List the bank connections of the settings, and how the looks at each bank went."""
    with session.hub() as hub:
        found = hub.bank.connections()
    if session.as_json:
        answer_json(found)
        return
    columns = (
        ("name", "keep"), "plugin", "by", ("fetches from", "wrap"), ("hands over by", "keep"), ("looked", "keep"),
        ("problem", "wrap"),
    )  # fmt: skip
    empty = "the settings have no bank connection; see docs/bank-connections.md"
    show_table("", columns, [_connection_row(one) for one in found], empty=empty)


def _connection_row(one: ConnectionState) -> Sequence[str]:
    looked = f"{minute(one.fetched_at)} UTC" if one.fetched_at else "never"
    failed = f"{minute(one.failed_at)} UTC: {one.problem}" if one.failed_at else ""
    return (
        one.name, one.plugin, one.way, one.fetches_from or "–", one.channel or "–",
        looked if one.fetches_from else "–", failed,
    )  # fmt: skip


def fetch(
    session: Session,
    connection: Annotated[str, typer.Argument(metavar="NAME", help="One bank connection; left out: all.")] = "",
) -> None:
    """Look at banks now, and take in what lies there; a file is taken once it has come to rest."""
    with session.hub() as hub:
        reports = hub.bank.fetch(connection)
    if session.as_json:
        answer_json(reports)
    else:
        _show_reports(reports)
    states = {one.run.state for one in reports}
    if states & {"failed", "cancelled"}:
        raise typer.Exit(ExitCode.DATA)
    if states - {"done"}:
        raise typer.Exit(ExitCode.WAITS)


def _show_reports(reports: Sequence[FetchReport]) -> None:
    for one in reports:
        said = one.run.problem if one.run.state != "done" else ""
        say(f"{one.connection}: {len(one.files)} new" + (f"; {words(one.run.state)}: {said}" if said else ""))
    taken = [file for one in reports for file in one.files]
    if taken:
        show_table("", _FILE_COLUMNS, [_file_row(file) for file in taken])
    if not reports:
        say("no bank connection of the settings fetches files; see docs/bank-connections.md")


def files(
    session: Session,
    connection: Connection = "",
    in_state: Annotated[BankFileState | None, typer.Option("--state", help="Those in one state.")] = None,
    direction: Annotated[Direction | None, typer.Option("--direction", help="Those from us, or those to us.")] = None,
    before: Annotated[int | None, typer.Option("--before", metavar="NO", help="Those with lower numbers.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 50,
) -> None:
    """List files from and to banks, newest first, and where each stands."""
    with session.hub() as hub:
        found = hub.bank.files(
            connection=connection, state=in_state or "", direction=direction or "", before=before, limit=limit
        )
    if session.as_json:
        answer_json(found)
        return
    show_table("", _FILE_COLUMNS, [_file_row(one) for one in found], empty="there is no such file")


_FILE_COLUMNS = (
    ("exchange", "right"), "connection", "way", ("file", "wrap"), ("since", "keep"), "state", ("remark", "wrap"),
)  # fmt: skip


def _file_row(one: BankFileRow) -> Sequence[object]:
    remark = "; ".join(filter(None, (one.reason, "lies at the bank still" if one.is_left else "")))
    since = f"{minute(one.created_at)} UTC"
    return (str(one.exchange_no), one.connection, one.direction, one.name, since, state(one.state), remark)


def told(
    session: Session,
    number: Annotated[int, typer.Argument(metavar="NO", help="The exchange of a file that we have sent.")],
    in_state: Annotated[BankFileState, typer.Argument(metavar="STATE", help=", ".join(TELLABLE))],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="In the bank's words.")] = "",
) -> None:
    """Say what the bank says of a file that we have sent, where no answer of its own comes."""
    if in_state not in TELLABLE:
        raise typer.BadParameter(f"must be one of {', '.join(TELLABLE)}", param_hint="STATE")
    with session.hub() as hub:
        tell(session, hub, "tell_bank_file", exchange_no=number, state=in_state.value, reason=reason)


class RulesAction(StrEnum):
    """What is to be done with the bank rules."""

    LIST = "list"
    TRY = "try"


def rules(
    session: Session,
    action: Annotated[RulesAction, typer.Argument(metavar="WHAT", help="list, or try with a FILE.")] = RulesAction.LIST,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="With try: a statement.")] = None,
) -> None:
    """List the bank rules of the settings, or say what they would make of a statement; nothing is changed."""
    if (action is RulesAction.TRY) != (file is not None):
        raise typer.BadParameter("write: hub bank rules try FILE", param_hint="FILE")
    with session.hub() as hub:
        found = hub.bank.rules() if file is None else []
        tried = hub.bank.try_rules(file) if file is not None else []
    if session.as_json:
        answer_json(found if file is None else tried)
    elif file is None:
        columns = ("company", ("account", "keep"), ("rule", "keep"), ("takes", "wrap"), ("books on", "keep"), "text")
        empty = "the settings have no bank rule; see docs/bank-statements.md"
        show_table("", columns, [_rule_row(one) for one in found], empty=empty)
    else:
        _show_tried(tried)


def _rule_row(one: RuleOfAccount) -> Sequence[str]:
    said = one.rule.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"name", "account", "text"})
    for name in ("min_amount", "max_amount"):
        if name in said:
            said[name] = kronor(said[name])
    takes = "; ".join(f"{words(name)} {', '.join(v) if isinstance(v, list) else v}" for name, v in said.items())
    return (one.company, one.account, one.rule.name, takes, one.rule.account, one.rule.line_text)


def _show_tried(tried: Sequence[TriedEntry]) -> None:
    columns = (
        ("account", "keep"), ("entry", "right"), ("booked", "keep"), ("amount", "right"), "code", ("text", "wrap"),
        ("rule", "keep"), ("books on", "keep"),
    )  # fmt: skip
    rows = [
        (
            one.account, f"{one.section}:{one.entry}", one.booked_date, kronor(one.amount_ore),
            " ".join((*one.codes, *one.bank_codes)), shortened("; ".join(one.texts), 40),
            one.rule or f"({words(one.why_not)})", one.counter_account,
        )
        for one in tried
    ]  # fmt: skip
    show_table("", columns, rows, empty="the file has no entry of a statement that is no payment")
    if tried:
        by_rule = sum(bool(one.rule) for one in tried)
        say(f"rules would book {by_rule} of {len(tried)}; what another file has told before is not booked again")


def statements(
    session: Session,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Such as bankgiro:991-2346, or an IBAN.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many, the newest.")] = 50,
) -> None:
    """List statements of bank accounts, one after the other: balances, what is not booked, and what is missing."""
    with session.hub() as hub:
        found = hub.bank.statements(account)
    newest = [one._replace(statements=one.statements[-limit:]) for one in found]
    if session.as_json:
        answer_json(newest)
        return
    for one in newest:
        _show_statements(one)
        if len(one.statements) == limit:
            say(f"shown are the newest {limit}: see more with --limit")
    if not newest:
        say("no statement with balances has come")


def _show_statements(one: AccountStatements) -> None:
    columns = (
        ("exchange", "right"), "statement", ("number", "right"), ("from", "keep"), ("to", "keep"), ("opening", "right"),
        ("entries", "right"), ("closing", "right"), ("not booked", "right"), ("remark", "wrap"),
    )  # fmt: skip
    gaps = {(gap.before_exchange, gap.before_section): gap for gap in one.gaps if gap.state != GapState.HEALED}
    rows = [_statement_row(told, gaps.get(told.place)) for told in one.statements]
    show_table(f"{one.account} {one.currency}", columns, rows, empty="none tells both balances")


def _statement_row(told: Statement, gap: GapRow | None) -> Sequence[str]:
    remarks = [] if told.adds_up is not False else ["its entries do not make its closing balance"]
    if gap is not None:
        days = f" of {gap.first_day} to {gap.last_day}" if gap.first_day else ""
        what = f"gap {gap.gap_no} before it ({gap.state}): {kronor(gap.difference_ore)}{days}"
        remarks.append(f"{what}, number {gap.missing_numbers}" if gap.missing_numbers else what)
    opening, entries, closing, left = (
        kronor(ore) if ore is not None else "–"
        for ore in (told.opening_ore, told.net_ore, told.closing_ore, told.not_booked_ore)
    )
    begins, ends = told.first_date or told.opening_on or "", told.closing_on or ""
    return (
        str(told.exchange_no), told.identity, told.serial, begins, ends, opening, entries, closing, left,
        "; ".join(remarks),
    )  # fmt: skip


def accept(
    session: Session,
    number: Annotated[int, typer.Argument(metavar="NO", help="The gap, see: hub bank statements.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why nothing is missing there.")],
) -> None:
    """Say that nothing is missing between two statements, though the second does not follow the first."""
    with session.hub() as hub:
        tell(session, hub, "accept_statement_gap", {**GIVEN_BY, "gap_no": "NO"}, gap_no=number, reason=reason)
