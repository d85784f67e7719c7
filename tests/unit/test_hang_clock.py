"""A test that hangs ends its process, whatever happened to the tests before it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLOCK = """
from tests.hang_clock import HangClock

def pytest_configure(config):
    config.pluginmanager.register(HangClock(hangs_after_s=0.3))
"""
HANGS = """
from threading import Event

import pytest

def hangs():
    Event().wait(5)

"""
IN_THE_END_OF_ONE_THAT_FAILED = """
@pytest.fixture
def place():
    yield
    hangs()

def test_that_fails(place):
    assert False
"""
AFTER_A_PERSON_LOOKED = """
def test_that_is_looked_at():
    breakpoint()
    hangs()
"""


def test_what_hangs_is_ended_behind_a_failure_and_behind_a_persons_look_too(tmp_path):
    (tmp_path / "conftest.py").write_text(CLOCK)
    both = [
        begun(tmp_path / "test_1.py", IN_THE_END_OF_ONE_THAT_FAILED),
        begun(tmp_path / "test_2.py", AFTER_A_PERSON_LOOKED),
    ]
    for process in both:
        _, said = process.communicate("continue\n", timeout=60)
        assert "in hangs" in said


def begun(file: Path, tests: str) -> subprocess.Popen[str]:
    file.write_text(HANGS + tests)
    options = ("-q", "-p", "no:cacheprovider", "--rootdir", file.parent)
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, file],
        cwd=file.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
