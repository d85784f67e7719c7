"""Telling the hub to do something: a command is made of options, carried out once, and its answer shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, say, show_fields, words
from hub.errors import DataError, FormatError
from hub.model.commands import Command, parse_command
from hub.money import parse_kronor
from hub.services.ports import JsonObject

if TYPE_CHECKING:
    from hub.runtime.facade import Hub

Company = Annotated[str, typer.Option("--company", help="The company's number; needed when it is not clear.")]
CreditBalance = Annotated[bool, typer.Option("--allow-credit-balance", help="Lets the balance go below zero.")]
Remark = Annotated[str, typer.Option("--remark", help="A note that is kept.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "command")(carry_out_file)


def ore(text: str | None, option: str = "--amount") -> int | None:
    """Read an amount in kronor given on the command line; none stays none."""
    if not text:
        return None
    try:
        return parse_kronor(text)
    except FormatError as error:
        raise typer.BadParameter(f'{option}: {error.message}; write it as "1250,50"') from None


def target(hub: Hub, number: str, company: str) -> dict[str, str]:
    """Return the wire form of a receivable named by its number."""
    found = hub.receivables.find(number, company=company)
    return {"company": found.company, "number": found.number, "source_system": found.source_system}


def tell(session: Session, hub: Hub, kind: str, **values: Any) -> None:
    """Carry a command out and show its answer."""
    show_answer(session, hub.carry_out(parse_command(session.body(kind, **values))))


def show_answer(session: Session, answer: JsonObject) -> None:
    """Show what a command answered."""
    if session.as_json:
        answer_json(answer)
        return
    show_fields("", [(words(name).removesuffix(" ore"), _shown(name, value)) for name, value in answer.items()])


def _shown(name: str, value: Any) -> str:
    if name.endswith("_ore") and isinstance(value, int):
        return kronor(value)
    if isinstance(value, list):
        return "; ".join(_shown(name, item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{words(key).removesuffix(' ore')} {_shown(key, item)}" for key, item in value.items())
    return "" if value is None else str(value)


def carry_out_file(
    session: Session,
    file: Annotated[Path, typer.Argument(help="JSON: one command, or a list of them.", exists=True, dir_okay=False)],
) -> None:
    """Carry out commands of the core ledger, each with its own key: credit, own payment, write-off, hold, …

    All are read before the first is carried out; the same file again changes nothing.
    """
    commands = _commands(file)
    answers = []
    with session.hub() as hub:
        for told in commands:
            answers.append({"key": told.key, "kind": told.kind, "answer": hub.carry_out(told)})
    if session.as_json:
        answer_json(answers)
    else:
        say(f"{len(answers)} commands are carried out")


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
