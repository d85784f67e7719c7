"""Errors name what is given on the command line."""

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import get_args

import pytest

from hub.cli.option_names import GIVEN_BY, by_option, options_named
from hub.errors import RuleViolation
from hub.model import commands


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("shares[1].amount_ore: must be above 0", "--amount: must be above 0"),
        ("receivable.number: must be given", "NUMBER: must be given"),
        ("coding[2].account: must be a ledger account", "--coding: must be a ledger account"),
        ("refused: code: is wrong; remark: too long", "refused: --code: is wrong; --remark: too long"),
        ("give the reason or a code", "give the reason or a code"),
        ("the method is unknown: use another code", "the method is unknown: use another code"),
        ("a file_name that is no field", "a file_name that is no field"),
    ],
)
def test_fields_are_told_as_options_and_other_words_are_left(message: str, told: str) -> None:
    assert by_option(message) == told


def test_a_command_may_call_a_field_its_own_way() -> None:
    with pytest.raises(RuleViolation, match=r"^give --to$"), options_named({"payee_account": "--to"}):
        raise RuleViolation("give payee_account")


def test_every_compound_field_that_the_command_line_gives_has_its_option() -> None:
    kinds = get_args(get_args(commands.AnyCommand)[0])
    fields = {name for kind in kinds for name in kind.model_fields if "_" in name}
    sources = "".join(inspect.getsource(module) for module in _telling_modules())
    given = {name for name in fields if re.search(rf"\b{name}=|\"{name}\":", sources)}

    assert given - GIVEN_BY.keys() == set()
    assert "amount_ore" in given


def _telling_modules() -> list[ModuleType]:
    from hub.cli import exchange_commands, manual_payments, payment_moves, receivable_changes

    return [exchange_commands, manual_payments, payment_moves, receivable_changes]
