"""Options that every command shares, and how a command ends."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.testing import CliRunner

from hub.cli.session import Session, command, root_options
from hub.errors import ConfigurationError, TransientError

RUN = CliRunner()


def app_of(*functions: object, is_keyed: bool = False) -> typer.Typer:
    """A command line with one group, whose first command is the default."""
    app, group = typer.Typer(), typer.Typer()
    root_options(app, "help")
    for index, function in enumerate(functions):
        command(group, function.__name__, is_default=index == 0, is_keyed=is_keyed)(function)  # type: ignore[attr-defined, arg-type]
    app.add_typer(group, name="group")
    return app


def tell(session: Session, times: Annotated[int, typer.Option("--times")] = 1) -> None:
    """Tell the session."""
    print(session.home, session.tenant, session.as_json, times)  # noqa: T201


def fail(session: Session) -> None:
    """Fail in the way the tenant names."""
    raise {"config": ConfigurationError("wrong", where="a.b"), "wait": TransientError("later")}.get(
        session.tenant or "", ZeroDivisionError("secret 19121212-1212")
    )


def test_common_options_may_stand_before_and_behind_the_command() -> None:
    for words in (
        ["--home", "h", "--tenant", "t", "group", "tell"],
        ["group", "--home", "h", "tell", "--tenant", "t"],
        ["group", "tell", "--home", "h", "--tenant", "t"],
    ):
        assert RUN.invoke(app_of(tell), words).stdout == "h t False 1\n"


def test_option_beside_the_command_wins() -> None:
    assert RUN.invoke(app_of(tell), ["--home", "a", "group", "tell", "--home", "b"]).stdout.startswith("b ")


def test_group_without_command_does_its_default() -> None:
    assert RUN.invoke(app_of(tell, fail), ["group", "--times", "3", "--json"]).stdout == "None None True 3\n"


def test_default_is_not_done_when_a_command_is_named() -> None:
    assert "None None" not in RUN.invoke(app_of(tell, fail), ["group", "fail"]).stdout


def test_known_error_is_one_line_without_traceback() -> None:
    answer = RUN.invoke(app_of(tell, fail), ["group", "fail", "--tenant", "config"])
    assert (answer.exit_code, answer.stdout, answer.stderr) == (3, "", "hub: a.b: wrong\n")
    assert RUN.invoke(app_of(tell, fail), ["group", "fail", "--tenant", "wait"]).exit_code == 4


def test_defect_says_its_kind_and_never_its_text() -> None:
    answer = RUN.invoke(app_of(tell, fail), ["group", "fail"])
    assert answer.exit_code == 5
    assert "ZeroDivisionError" in answer.stderr
    assert "19121212" not in answer.output
    assert "Traceback" not in answer.output


def test_debug_shows_the_traceback() -> None:
    answer = RUN.invoke(app_of(tell, fail), ["group", "fail", "--debug"])
    assert answer.exit_code == 5
    assert "Traceback" in answer.stderr


def test_command_body_has_a_key_of_its_own_and_leaves_out_what_is_not_given() -> None:
    first, second = (Session(user="eva").body("move_payment", amount_ore=None, remark="", payment_id=0) for _ in "ab")
    assert first["key"] != second["key"]
    assert {**first, "key": ""} == {"kind": "move_payment", "key": "", "user": "eva", "payment_id": 0}
    assert Session(key="k").body("x")["key"] == "k"
    assert Session(home=Path("h")).body("x")["user"]
