"""`hub sandbox`: as a process it says whom its sides reach; in one sentence it says why it cannot serve."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_cli_demo import run

HUB = [sys.executable, "-m", "hub.cli", "sandbox"]


def test_it_says_whom_a_side_reaches_that_does_not_reach_everybody(tmp_path: Path) -> None:
    arguments = ["--only", "internet_bank", "--only", "letter", "--folder", str(tmp_path)]
    with subprocess.Popen([*HUB, *arguments], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as serving:
        assert serving.stderr is not None
        said = ""
        while "serving until" not in said and (line := serving.stderr.readline()):
            said += line
        serving.terminate()
        serving.wait()

    assert "internet_bank reaches these debtors alone: 191212121212" in said
    assert "letter reaches" not in said
    assert serving.returncode == 0


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
