"""The lock of a home is given back whatever happens under it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import TransientError
from hub.runtime.lock import home_lock


def test_one_process_at_a_time_holds_the_lock(tmp_path: Path) -> None:
    with (
        home_lock(tmp_path, timeout_s=0),
        pytest.raises(TransientError, match="another process"),
        home_lock(tmp_path, timeout_s=0),
    ):
        pass


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_the_lock_is_given_back_after_an_error(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), home_lock(tmp_path, timeout_s=0):
        raise error

    with home_lock(tmp_path, timeout_s=0):
        pass
