"""A home that is ready to be opened: its database is made once, and each test has a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def home(opened_home: Path, tmp_path: Path) -> Path:
    """A home of the test's own."""
    return Path(shutil.copytree(opened_home, tmp_path / "home"))
