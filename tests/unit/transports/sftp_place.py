"""A party and its server on this machine, for the tests of SFTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub.loopback.sftp_server import SftpServer, SftpUser
from hub.transports.sftp import SftpLogin, SftpParty

PASSWORD = "correct-horse-battery"
USERS = {"hub": SftpUser(PASSWORD)}


def said(secret: str) -> Callable[[], str]:
    return lambda: secret


def party(server: SftpServer, login: SftpLogin | None = None, **given: Any) -> SftpParty:
    keys = given.pop("host_keys", [server.fingerprint])
    return SftpParty("127.0.0.1", login or SftpLogin("hub", said(PASSWORD)), keys, port=server.port, **given)


def files_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
