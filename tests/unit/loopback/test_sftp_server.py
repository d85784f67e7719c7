"""The server on loopback does what others' clients expect of one, and keeps to its folder."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from hub.loopback.faults import Fault
from hub.loopback.sftp_server import SftpServer, SftpUser

ROOT = Path(__file__).parents[3]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    (tmp_path / "served").mkdir()
    with SftpServer(tmp_path / "served", {"hub": SftpUser("p")}) as running:
        yield running


@contextmanager
def client(port: int, password: str = "p") -> Iterator[paramiko.SFTPClient]:
    """The library's own client, which is nobody of ours."""
    opened = socket.create_connection(("127.0.0.1", port))
    transport = paramiko.Transport(opened)
    try:
        transport.connect(username="hub", password=password)
        found = paramiko.SFTPClient.from_transport(transport)
        assert found is not None
        yield found
    finally:
        transport.close()
        transport.join()
        opened.close()


def test_a_common_client_puts_gets_lists_renames_and_deletes(server, tmp_path):
    (tmp_path / "mine").write_bytes(b"x" * 100_000)
    with client(server.port) as them:
        them.put(str(tmp_path / "mine"), "a.txt")
        them.rename("a.txt", "b.txt")
        assert them.listdir("/") == ["b.txt"]
        them.get("b.txt", str(tmp_path / "back"))
        them.remove("b.txt")
        assert them.listdir("/") == []

    assert (tmp_path / "back").read_bytes() == (tmp_path / "mine").read_bytes()


def test_a_name_that_is_taken_is_not_renamed_over_but_by_the_extension(server):
    (server.root / "a").write_bytes(b"a")
    (server.root / "b").write_bytes(b"b")
    with client(server.port) as them:
        with pytest.raises(OSError, match="Failure"):
            them.rename("a", "b")
        assert (server.root / "b").read_bytes() == b"b"
        them.posix_rename("a", "b")

    assert [file.read_bytes() for file in server.root.iterdir()] == [b"a"]


@pytest.mark.parametrize("path", ["../secret", "/../secret", "link/secret", "a/../../secret"])
def test_nothing_outside_the_folder_can_be_reached(server, tmp_path, path):
    (tmp_path / "secret").write_bytes(b"s")
    (server.root / "link").symlink_to(tmp_path)

    with client(server.port) as them, pytest.raises(OSError, match=r"No such file|Permission"):
        them.open(path).read()


def test_faults_meet_one_request_and_no_other(server):
    server.faults.order("write", Fault.DISK_FULL)
    with client(server.port) as them:
        with them.open("a", "w", 0) as file, pytest.raises(OSError, match="Failure"):
            file.write(b"x")
        with them.open("b", "w") as file:
            file.write(b"x")

    assert (server.root / "b").read_bytes() == b"x"


def test_a_login_that_is_wrong_or_ordered_to_fail_is_refused(server):
    with pytest.raises(paramiko.AuthenticationException), client(server.port, "wrong"):
        pass
    server.faults.order("login", Fault.REFUSE)
    with pytest.raises(paramiko.AuthenticationException), client(server.port):
        pass
    with client(server.port) as them:
        assert them.listdir() == []


def test_it_serves_as_a_process_of_its_own(tmp_path):
    command = [sys.executable, "-m", "hub.loopback.sftp_server", "--root", str(tmp_path), "--password", "p"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port, fingerprint = process.stdout.readline().split()
            with client(int(port)) as them:
                key = them.get_channel().get_transport().get_remote_server_key()
                assert key.fingerprint.rstrip("=") == fingerprint
        finally:
            process.kill()
