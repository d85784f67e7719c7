"""The page for operators names every event that is logged, and its examples can be run as they stand."""

from __future__ import annotations

import re
from typing import Any

import typer

from hub.cli.main import build_app
from hub.runtime.config import EngineSettings
from hub.runtime.engine import STOP_WAIT_S
from hub.runtime.setting_tables import settings_of
from tests.docs.pages import DOCS, ROOT, blocks, read

PAGE = DOCS / "operating.md"
_LOGGED = re.compile(r"""\b_?log\.\w+\([^"\n]*"([^"]+)\"""")
_STARTED = re.compile(r"hub[\", ]+(serve|worker)([^\n]*)")


def section(heading: str) -> str:
    return re.split(r"^##+ ", read(PAGE).split(f"\n{heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def test_every_event_that_is_logged_is_explained_and_no_other() -> None:
    code = "\n".join(source.read_text(encoding="utf-8") for source in (ROOT / "hub" / "runtime").glob("*.py"))
    rows = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \| [^|]+ \|", section("### Logs"), re.MULTILINE)
    explained = {event for row in rows for event in re.findall(r"`([^`]+)`", row)}

    assert len(set(_LOGGED.findall(code))) > 8
    assert set(_LOGGED.findall(code)) - explained == set()
    assert [event for event in explained if f'"{event}"' not in code] == []


def test_examples_start_the_hub_with_options_that_it_has() -> None:
    commands: Any = typer.main.get_command(build_app())
    started = [found for block in blocks(PAGE) for found in _STARTED.findall(block.text)]

    assert {name for name, _ in started} == {"serve", "worker"}
    for name, rest in started:
        known = {option for one in commands.commands[name].params for option in one.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= known


def test_a_service_is_given_longer_to_stop_than_a_step_may_take() -> None:
    waited = [
        int(seconds)
        for seconds in re.findall(r"TimeoutStopSec=(\d+)|wait (\d+) seconds", read(PAGE))
        for seconds in seconds
        if seconds
    ]

    assert len(waited) == 2
    assert min(waited) > STOP_WAIT_S


def test_every_setting_of_the_engine_is_explained() -> None:
    cells = re.findall(r"^\| (`[^|]+) \|", section("## Settings"), re.MULTILINE)

    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == set(settings_of(EngineSettings))
