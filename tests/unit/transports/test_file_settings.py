"""Settings say where files are: one folder, secrets by reference, and nothing is opened before it is used."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.banking_calendar import FixedClock
from hub.errors import ConfigurationError
from hub.loopback.sftp_server import SftpServer
from hub.testing.contexts import A_MORNING, ContextInMemory, StateInMemory
from hub.transports.file_settings import FolderSettings, remote_folder
from tests.unit.transports.sftp_place import PASSWORD, USERS, files_of

ACCOUNT = {"host": "127.0.0.1", "user": "hub", "password": "env:PRINTER_PASSWORD"}


def test_a_folder_of_this_machine_is_used_as_it_is(tmp_path):
    folder = remote_folder(FolderSettings(folder=str(tmp_path)), ContextInMemory(), "out")

    folder.put("a.txt", b"x")

    assert files_of(tmp_path) == {"a.txt": b"x"}


def test_an_account_is_logged_in_to_with_the_secret_of_its_place_in_the_table(tmp_path):
    with SftpServer(tmp_path, USERS) as server:
        account = {**ACCOUNT, "port": server.port, "host_keys": [server.fingerprint]}
        settings = FolderSettings.model_validate({"sftp": account})
        remote_folder(settings, ContextInMemory({"out.sftp.password": PASSWORD}), "out").put("a.txt", b"x")

        with pytest.raises(ConfigurationError, match=r"out\.sftp\.password"):
            remote_folder(settings, ContextInMemory(), "out").put("a.txt", b"x")
    assert files_of(tmp_path) == {"a.txt": b"x"}


def test_no_secret_is_fetched_before_there_is_a_connection():
    settings = FolderSettings.model_validate({"sftp": {**ACCOUNT, "private_key": "file:key", "passphrase": "env:P"}})

    remote_folder(settings, ContextInMemory(), "out")  # raises nothing, though no secret is given


def test_settings_that_lead_nowhere_are_refused_when_they_are_used():
    with pytest.raises(ConfigurationError, match="out: no folder is given"):
        remote_folder(FolderSettings(), ContextInMemory(), "out")


def listed(settings: FolderSettings, context: ContextInMemory) -> list[str]:
    """What one process finds that looks once and ends."""
    return [file.name for file in remote_folder(settings, context, "out").waiting()]


def test_a_file_comes_to_rest_though_each_process_looks_once(tmp_path):
    clock, state = FixedClock(A_MORNING), StateInMemory()
    context = ContextInMemory(clock=clock, state=state)
    settings = FolderSettings(folder=str(tmp_path), settled_after_s=10)
    (tmp_path / "a.txt").write_text("x")

    assert listed(settings, context) == []
    clock.advance(timedelta(seconds=9))
    assert listed(settings, context) == []
    clock.advance(timedelta(seconds=1))
    assert listed(settings, context) == ["a.txt"]
    (tmp_path / "a.txt").write_text("xyz")
    assert listed(settings, context) == []


def test_a_clock_that_is_set_back_holds_up_no_file(tmp_path):
    clock, state = FixedClock(A_MORNING), StateInMemory()
    context = ContextInMemory(clock=clock, state=state)
    settings = FolderSettings(folder=str(tmp_path), settled_after_s=10)
    (tmp_path / "a.txt").write_text("x")

    listed(settings, context)
    clock.advance(timedelta(days=-1))
    listed(settings, context)
    clock.advance(timedelta(seconds=10))
    assert listed(settings, context) == ["a.txt"]


def test_a_look_at_a_folder_that_has_not_changed_writes_nothing(tmp_path):
    state = StateInMemory()
    context = ContextInMemory(state=state)
    settings = FolderSettings(folder=str(tmp_path))
    (tmp_path / "a.txt").write_text("x")

    for _ in range(3):
        listed(settings, context)
    kept = state.get("looks:out")
    assert kept is not None
    assert kept[1] == 1


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"folder": "letters"}, "must be a whole path"),
        ({"folder": "/srv/out", "sftp": ACCOUNT}, "not both"),
        ({"sftp": {**ACCOUNT, "password": "secret-itself"}}, "by reference"),
        ({"sftp": {"host": "h", "user": "u"}}, "name a password or a private_key"),
        ({"sftp": {**ACCOUNT, "host_keys": ["MD5:16:27"]}}, "pinned host key"),
        ({"sftp": {**ACCOUNT, "port": 0}}, "greater than"),
        ({"sftp": {**ACCOUNT, "no_such": 1}}, "not permitted"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_in_words(table, says):
    with pytest.raises(ValidationError, match=says):
        FolderSettings.model_validate(table)


def test_a_path_of_this_machine_is_told_from_a_blank(tmp_path: Path):
    assert not FolderSettings().is_given
    assert FolderSettings(folder=str(tmp_path)).is_given
