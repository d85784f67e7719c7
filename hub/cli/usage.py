"""How a command is written: its usage line, and what is said when it is not written right."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup

from hub.cli.exit_codes import ExitCode
from hub.cli.showing import answer_json, read_or_not, say
from hub.model.command import LARGEST_NUMBER
from hub.model.refusals import in_words

INTERRUPTED = 130  # as shells say it
_UsageError: Any = typer.BadParameter.__base__  # typer has no name of its own for it


class UsageLine(TyperCommand):
    """A command whose usage line names its required options too."""

    def collect_usage_pieces(self, _ctx: Any) -> list[str]:
        """Return the pieces behind the command's name."""
        return [*what_must_be_given(self), "[OPTIONS]"]


class CommandLine(TyperGroup):
    """The whole command: it says in one line what was not written right, as JSON too when that is asked for."""

    def main(self, *args: Any, **given: Any) -> Any:
        """Run the command, and end in its exit code."""
        try:
            code = super().main(*args, **{**given, "standalone_mode": False})
        except _UsageError as error:
            words = args[0] if args else given.get("args")
            code = _refused(error, as_json="--json" in (sys.argv[1:] if words is None else words))
        except typer.Abort:
            code = INTERRUPTED
        with read_or_not(sys.stdout):
            sys.stdout.flush()  # here: what is found broken later, Python tells itself
        sys.exit(code or ExitCode.OK)


def _refused(error: Any, *, as_json: bool) -> ExitCode:
    if type(error).__name__ != "NoArgsIsHelpError":  # which has shown the help
        sentence = _sentence(error)
        say(sentence, is_error=True)
        if as_json:
            answer_json({"error": {"code": "USAGE", "message": sentence}})
    return ExitCode.USAGE


def _sentence(error: Any) -> str:
    """Say what is wrong and where to read on, such as `--limit: must be at least 1 (see: hub feed --help)`."""
    command = "" if error.ctx is None else error.ctx.command_path.partition(" ")[2]
    return f"{_problem(error).removesuffix('.')} (see: {' '.join(filter(None, ('hub', command, '--help')))})"


def _problem(error: Any) -> str:
    if type(error) is not typer.BadParameter:
        return str(error.format_message())
    cause = error.__cause__
    words = in_words(cause.errors()[0], "value") if isinstance(cause, ValidationError) else error.message
    return words if error.param is None else f"{_name(error.param)}: {words}"


def what_must_be_given(command: Any) -> list[str]:
    """Return arguments by their names, optional ones in brackets, and then required options with their values' names.

    >>> what_must_be_given(import_command)  # doctest: +SKIP
    ['FILE', '--source-system', 'NAME']
    """
    arguments = [_argument(one) for one in command.params if one.param_type_name == "argument"]
    needed = [one for one in command.params if one.param_type_name == "option" and one.required]
    return arguments + [piece for option in needed for piece in (option.opts[0], option.metavar)]


def refuse_beyond_databases(ctx: typer.Context, given: Mapping[str, Any]) -> None:
    """Refuse numbers that no database holds. Raises BadParameter, which names the argument or option."""
    parameters: Any = ctx.command.params  # typer's own kind of them, which it has no name for
    for param in parameters:
        value = given.get(param.name)
        numbers = value if isinstance(value, list) else [value]
        if any(isinstance(number, int) and abs(number) > LARGEST_NUMBER for number in numbers):
            raise typer.BadParameter(f"must be at most {LARGEST_NUMBER}", ctx=ctx, param=param)


def _argument(argument: Any) -> str:
    named = f"{argument.metavar}{'…' if argument.nargs == -1 else ''}"
    return named if argument.required else f"[{named}]"


def _name(param: Any) -> str:
    return str(param.opts[0] if param.param_type_name == "option" else param.metavar)
