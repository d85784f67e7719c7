"""`hub sandbox`: as a process it says whom its sides reach; in one sentence it says why it cannot serve."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_processes import Process
from test_cli_demo import run

from hub.testing.killing.nursery import Nursery


def test_it_says_whom_a_side_reaches_that_does_not_reach_everybody(tmp_path: Path, nursery: Nursery) -> None:
    words = ("sandbox", "--only", "internet_bank", "--only", "letter", "--folder", tmp_path)
    serving = Process(nursery, words)
    serving.wait_for("serving until")
    serving.send_signal(signal.SIGTERM)
    code = serving.ends()

    said = "".join(serving.told)
    assert "internet_bank reaches these debtors alone: 191212121212" in said
    assert "letter reaches" not in said
    assert code == 0


@pytest.fixture
def signal_kept() -> Iterator[None]:
    """Give the tests' process back what it does when it is told to end."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("signal_kept")
def test_a_port_that_is_taken_is_told_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = str(listening.getsockname()[1])
        ended = run("sandbox", "--only", "email", "--folder", tmp_path, "--port", port)

    said = re.sub(r"\s+", " ", ended.stderr)
    assert (ended.exit_code, "Traceback" in said) == (3, False)
    assert f"port {port} is taken" in said
    assert "give another by --port" in said


def test_where_nobody_serves_the_command_that_would_is_told_with_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "other sides"
    ended = run("sandbox", "fault", "kivra", "error", "--folder", folder)

    said = " ".join(ended.stderr.split())
    assert ended.exit_code == 1
    assert f"start them: hub sandbox --folder '{folder}'" in said
