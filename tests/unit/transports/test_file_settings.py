"""Settings say where files are: one folder, secrets by reference, and nothing is opened before it is used."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.errors import ConfigurationError
from hub.loopback.sftp_server import SftpServer
from hub.testing.contexts import ContextInMemory
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
