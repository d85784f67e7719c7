"""The lock of a home is given back whatever happens under it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.errors import TransientError
from hub.runtime.lock import home_lock
from hub.store.database import open_database


def test_one_process_at_a_time_holds_the_lock(engine: Engine, database_url: str, tmp_path: Path) -> None:
    other = open_database(database_url)
    with (
        home_lock(tmp_path, engine, timeout_s=0),
        pytest.raises(TransientError, match="another process"),
        home_lock(tmp_path, other, timeout_s=0),
    ):
        pass
    other.dispose()


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_the_lock_is_given_back_after_an_error(
    engine: Engine, database_url: str, tmp_path: Path, error: type[BaseException]
) -> None:
    with pytest.raises(error), home_lock(tmp_path, engine, timeout_s=0):
        raise error

    other = open_database(database_url)
    with home_lock(tmp_path, other, timeout_s=0):
        pass
    other.dispose()
