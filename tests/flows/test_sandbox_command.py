"""`hub sandbox` as a process: it says whom its sides reach, and in one sentence why it cannot serve."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

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


def test_a_port_that_is_taken_is_told_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = str(listening.getsockname()[1])
        arguments = ["--only", "email", "--folder", str(tmp_path), "--port", port]
        ended = subprocess.run([*HUB, *arguments], capture_output=True, text=True, check=False)

    said = re.sub(r"\s+", " ", ended.stderr)
    assert (ended.returncode, "Traceback" in said) == (3, False)
    assert f"port {port} is taken" in said
    assert "give another by --port" in said
