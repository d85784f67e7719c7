"""docs/attempts.md sends a message as it says, and names every state and every end."""

from __future__ import annotations

import socket
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from hub.demo.folder import lay_out
from hub.loopback.acceptance_log import read_log
from hub.model.attempts import AttemptState
from hub.rules.attempts import OPEN
from tests.docs.pages import DOCS, blocks, read

PAGE = DOCS / "attempts.md"


def block(language: str) -> str:
    return next(one.text for one in blocks(PAGE) if one.language == language)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_the_example_sends_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = str(free_port())
    home = lay_out(tmp_path / "home").home
    (tenant,) = (home / "tenants").glob("*.toml")
    channels = f'{block("toml")}address = "http://127.0.0.1:{port}"\n'
    tenant.write_text(f"{tenant.read_text(encoding='utf-8')}\n{channels}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    printed = StringIO()

    with redirect_stdout(printed):
        for _ in range(2):  # "nothing is sent a second time"
            exec(compile(block("python").replace("8123", port), PAGE.name, "exec"), {})

    first, second = printed.getvalue().splitlines()
    assert f"It prints `{first}`" in read(PAGE)
    assert (second, len(list(read_log(tmp_path / "accepted.jsonl")))) == (first, 1)


def test_every_state_is_explained() -> None:
    page = read(PAGE)

    assert [state for state in AttemptState if f"| `{state}` |" not in page] == []
    assert [state for state in AttemptState if state not in OPEN and f"`attempt_{state}`" not in page] == []
