"""The usage line of a command: what must be given stands in it, arguments and options alike."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand


class UsageLine(TyperCommand):
    """A command whose usage line names its required options too."""

    def collect_usage_pieces(self, _ctx: Any) -> list[str]:
        """Return the pieces behind the command's name."""
        return [*what_must_be_given(self), "[OPTIONS]"]


def what_must_be_given(command: Any) -> list[str]:
    """Return arguments by their names, optional ones in brackets, and then required options with their values' names.

    >>> what_must_be_given(import_command)  # doctest: +SKIP
    ['FILE', '--source-system', 'NAME']
    """
    arguments = [_argument(one) for one in command.params if one.param_type_name == "argument"]
    needed = [one for one in command.params if one.param_type_name == "option" and one.required]
    return arguments + [piece for option in needed for piece in (option.opts[0], option.metavar)]


def _argument(argument: Any) -> str:
    named = f"{argument.metavar}{'…' if argument.nargs == -1 else ''}"
    return named if argument.required else f"[{named}]"
