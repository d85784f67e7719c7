"""A home that is ready to be opened: its database is made once, and each test has a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hub.demo.folder import lay_out
from hub.runtime.bootstrap import Installation


@pytest.fixture(scope="session")
def opened_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's home, opened once before; nobody changes it."""
    home = lay_out(tmp_path_factory.mktemp("opened") / "home").home
    installation = Installation.open(home)
    assert installation.engine.dialect.name == "sqlite"
    installation.close()
    return home


@pytest.fixture
def home(opened_home: Path, tmp_path: Path) -> Path:
    """A home of the test's own."""
    return Path(shutil.copytree(opened_home, tmp_path / "home"))
