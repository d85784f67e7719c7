"""An inbox folder of the home is made where it is missing, for the hub alone, and in nothing that is missing too."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub.errors import ConfigurationError
from hub.transports.folder import FolderInbox


def test_an_inbox_in_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    inbox = FolderInbox(tmp_path / "not_mounted" / "north", is_ours=True)

    with pytest.raises(ConfigurationError, match="mount what it lies in"):
        next(inbox.waiting(now_s=0), None)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="rights are of another kind")
def test_what_the_hub_makes_is_closed_to_others(tmp_path: Path) -> None:
    inbox = FolderInbox(tmp_path / "north", is_ours=True)
    assert list(inbox.waiting(now_s=0)) == []
    (tmp_path / "north" / "file").touch()

    target = inbox.put_aside(tmp_path / "north" / "file", 1)

    assert [folder.stat().st_mode & 0o777 for folder in (tmp_path / "north", target.parent)] == [0o700, 0o700]
