"""Telling the hub to do something: a command is made of options, carried out once, and its answer shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.option_names import GIVEN_BY, options_named
from hub.cli.session import Session, command, told_error
from hub.cli.showing import answer_json, kronor, say, show_fields, words
from hub.errors import DataError, FormatError
from hub.model.command import Command
from hub.model.commands import parse_command
from hub.model.counting import counted
from hub.money import parse_kronor
from hub.services.ports import JsonObject

if TYPE_CHECKING:
    from hub.runtime.facade import Hub

INTERNAL = frozenset({"receivable_id"})
NAMES = {
    "payment_id": "payment",
    "exchange_no": "exchange",
    "vouchers": "voucher",
    "ended": "ended hold",
    "number": "receivable",
    "is_known": "invoice is in the books",
}

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The receivable's number, or SYSTEM/number.")]
Company = Annotated[
    str, typer.Option("--company", metavar="COMPANY", help="The company's number; needed when it is not clear.")
]
Coding = Annotated[
    list[str] | None,
    typer.Option(
        "--coding",
        metavar="ACCOUNT=KRONOR",
        help="Account coding (kontering), once for each account; adds up to the amount.",
        show_default=False,
    ),
]
CreditBalance = Annotated[bool, typer.Option("--allow-credit-balance", help="Lets the balance go below zero.")]
Remark = Annotated[str, typer.Option("--remark", metavar="TEXT", help="A note that is kept.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "command")(carry_out_file)


def ore(text: str | None, option: str = "--amount") -> int | None:
    """Read an amount in kronor given on the command line; none stays none."""
    if text is None:
        return None
    try:
        return parse_kronor(text)
    except FormatError as error:
        raise typer.BadParameter(f'{option}: {error.message}; write it as "1250,50"') from None


def coding_lines(parts: list[str] | None) -> tuple[dict[str, Any], ...]:
    """Read account coding given on the command line."""
    parted = [part.rpartition("=") for part in parts or ()]
    if not all(account for account, _, _ in parted):
        raise typer.BadParameter('--coding: write an account and its amount, such as "3010=1250,50"')
    return tuple({"account": account, "amount_ore": ore(amount, "--coding")} for account, _, amount in parted)


def target(hub: Hub, number: str, company: str) -> dict[str, str]:
    """Return the wire form of a receivable named by its number."""
    found = hub.receivables.find(number, company=company)
    return {"company": found.company, "number": found.number, "source_system": found.source_system}


def tell(session: Session, hub: Hub, kind: str, given_by: Mapping[str, str] = GIVEN_BY, /, **values: Any) -> JsonObject:
    """Carry a command out, show its answer and return it; see `carry_out`."""
    answer = carry_out(session, hub, kind, given_by, **values)
    if session.as_json:
        answer_json(answer)
        return answer
    about = [("receivable", values["receivable"]["number"])] if "receivable" in values else []
    show_fields("", [*about, *_fields(answer)])
    return answer


def carry_out(
    session: Session, hub: Hub, kind: str, given_by: Mapping[str, str] = GIVEN_BY, /, **values: Any
) -> JsonObject:
    """Carry a command out; errors name options, `given_by` those that this command calls differently than others."""
    with options_named(given_by):
        return hub.carry_out(parse_command(session.body(kind, **values)))


def _fields(answer: JsonObject) -> list[tuple[str, str]]:
    """Return what people are told of an answer; our own row numbers are for scripts."""
    return [(_named(name), _shown(name, value)) for name, value in answer.items() if name not in INTERNAL]


def _named(name: str) -> str:
    return NAMES.get(name) or words(name).removesuffix(" ore")


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_ore") and isinstance(value, int):
        return kronor(value)
    if isinstance(value, list):
        return "; ".join(_shown(name, item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{field} {text}" for field, text in _fields(value))
    return "" if value is None else words(value) if name == "verdict" else str(value)


def carry_out_file(
    session: Session,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="JSON: one command, or a list of them.", exists=True, dir_okay=False),
    ],
) -> None:
    """Carry out commands of the core ledger, each with its own key: credit, own payment, write-off, hold, …

    All are read before the first is carried out; the first that is refused ends it, and those before it hold. The same
    file again changes nothing.
    """
    commands = _commands(file)
    answers: list[JsonObject] = []
    with session.hub() as hub:
        for number, told in enumerate(commands, 1):
            try:
                answer = hub.carry_out(told)
            except Exception as error:
                if len(commands) == 1:
                    raise
                raise _stopped(session, error, number, len(commands), answers) from None
            answers.append({"key": told.key, "kind": told.kind, "answer": answer})
    if session.as_json:
        answer_json(answers)
    else:
        say(f"{counted(len(answers), 'command')} carried out")


def _stopped(session: Session, error: Exception, number: int, of: int, answers: Sequence[JsonObject]) -> typer.Exit:
    """Say at which command a list has stopped, and what holds of it."""
    done = f"{_numbers(1, number - 1)} carried out" if number > 1 else "none is carried out"
    rest = f", {_numbers(number + 1, of)} not" if 1 < number < of else ""
    words = (f"command {number} of {of}: ", f"; {done}{rest}")
    return told_error(error, *words, debug=session.debug, as_json=session.as_json, command=number, carried_out=answers)


def _numbers(first: int, last: int) -> str:
    if first == last:
        return f"{first} is"
    return f"{first} and {last} are" if last == first + 1 else f"{first} to {last} are"


def _commands(file: Path) -> list[Command]:
    try:
        content = json.loads(file.read_bytes())
    except (ValueError, RecursionError, OSError):
        raise DataError(f"{file.name} is not JSON: write one command, or a list of them") from None
    bodies = content if isinstance(content, list) else [content]
    return [_command(body, number, len(bodies)) for number, body in enumerate(bodies, 1)]


def _command(body: Any, number: int, of: int) -> Command:
    try:
        return parse_command(body)
    except DataError as error:
        if of == 1:
            raise
        raise DataError(f"command {number} of {of}, so none is carried out: {error}") from None
