"""The server on loopback does what others' clients expect of one, and keeps to its folder."""

from __future__ import annotations

import hashlib
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
from hub.transports.sftp import SftpLogin, SftpParty

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


def party(server: SftpServer) -> SftpParty:
    return SftpParty("127.0.0.1", SftpLogin("hub", lambda: "p"), [server.fingerprint], port=server.port)


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


@pytest.mark.parametrize("ask", ["listdir", "stat", "listdir_attr"])
def test_a_link_that_leads_out_of_the_folder_shows_nothing(server, tmp_path, ask):
    (tmp_path / "outside").mkdir()
    (server.root / "link").symlink_to(tmp_path / "outside")

    with client(server.port) as them, pytest.raises(OSError, match="Permission"):
        getattr(them, ask)("link")


def test_no_checksum_is_made_of_what_lies_outside(server, tmp_path):
    (tmp_path / "secret").write_bytes(b"s")
    (server.root / "link").symlink_to(tmp_path / "secret")

    with party(server) as ours, ours.operation() as connection:
        assert connection.sftp.digest("link", "sha256") is None
        assert connection.sftp.look("link") is not None  # the connection lives on


def test_a_checksum_is_made_by_the_first_algorithm_that_is_known(server):
    (server.root / "a").write_bytes(b"abc")

    with party(server) as ours, ours.operation() as connection:
        assert connection.sftp.digest("a", "md5,sha256") is None  # it says which it was, and that is not what we asked
        assert connection.sftp.digest("a", "sha256") == hashlib.sha256(b"abc").digest()
        assert connection.sftp.digest("a", "md5") is None
        assert connection.sftp.digest("nowhere", "sha256") is None


def test_a_file_that_goes_while_a_folder_is_listed_is_left_out(server, monkeypatch):
    for name in ("a", "b"):
        (server.root / name).write_bytes(b"x")
    sorted_names = Path.iterdir

    def going(folder):
        names = list(sorted_names(folder))
        (server.root / "a").unlink(missing_ok=True)
        return names

    monkeypatch.setattr(Path, "iterdir", going)
    with client(server.port) as them:
        assert them.listdir() == ["b"]


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
