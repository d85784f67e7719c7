"""The demonstration, lived once for all tests of a session on all its workers; each that looks at it takes a copy."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest
from test_cli_demo import run

from hub.demo.day import run_day
from hub.demo.folder import lay_out
from hub.runtime.lock import work_lock

PATIENCE_S = 120


class Demonstration(NamedTuple):
    """A home that nobody opens, and what `hub demo` told when it made it, for people and as JSON."""

    home: Path
    told: str
    as_json: str

    def copied_to(self, home: Path) -> Path:
        """Copy the home, and return where it is now."""
        shutil.copytree(self.home, home)
        for settings in (home / "tenants").glob("*.toml"):  # they name the folder by its whole path
            text = settings.read_text(encoding="utf-8")
            settings.write_text(text.replace(str(self.home), str(home)), encoding="utf-8")
        return home


def made_once(made: pytest.TempPathFactory) -> Demonstration:
    """Run `hub demo`, or wait for the worker that does."""
    folder = made.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # which all workers share
    home, told, as_json = (folder / f"demonstration{ending}" for ending in ("", ".txt", ".json"))
    with work_lock(home, timeout_s=PATIENCE_S):
        if not told.exists():
            shutil.rmtree(home, ignore_errors=True)  # of a worker that failed here
            lay_out(home)  # an earlier demonstration, so that it is told what becomes of that
            with patch("hub.demo.day.run_day", cache(run_day)):  # lived once, told twice
                for file, words in ((as_json, ["--json"]), (told, [])):
                    result = run("demo", *words, home=home)
                    assert result.exit_code == 0, result.output
                    file.write_text(result.stdout, encoding="utf-8")
    return Demonstration(home, told.read_text(encoding="utf-8"), as_json.read_text(encoding="utf-8"))
