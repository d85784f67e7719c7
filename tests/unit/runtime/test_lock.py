"""The lock of an SQLite database is the file's own, whatever name leads to it, and is given back whatever happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import TransientError
from hub.runtime.lock import is_locked, work_lock


def test_one_process_at_a_time_holds_the_lock(tmp_path: Path) -> None:
    file = tmp_path / "hub.sqlite"
    with (
        work_lock(file, timeout_s=0),
        pytest.raises(TransientError, match=r"another process works on hub\.sqlite"),
        work_lock(file, timeout_s=0),
    ):
        pass


def test_two_names_of_one_database_have_one_lock(tmp_path: Path) -> None:
    file = tmp_path / "hub.sqlite"
    file.touch()
    (tmp_path / "other").mkdir()
    link = tmp_path / "other" / "books.sqlite"
    link.symlink_to(file)

    with work_lock(file, timeout_s=0), pytest.raises(TransientError), work_lock(link, timeout_s=0):
        pass


def test_a_look_at_the_lock_takes_it_from_nobody(tmp_path: Path) -> None:
    file = tmp_path / "hub.sqlite"
    assert not is_locked(file)
    with work_lock(file, timeout_s=0):
        assert is_locked(file)
    assert not is_locked(file)


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_the_lock_is_given_back_after_an_error(tmp_path: Path, error: type[BaseException]) -> None:
    file = tmp_path / "hub.sqlite"
    with pytest.raises(error), work_lock(file, timeout_s=0):
        raise error

    assert not is_locked(file)
