"""An SSH server on 127.0.0.1 that serves one folder by SFTP, with faults on demand; a process of its own if wanted.

Its host key is made when it starts. Faults are ordered for a target:

    host_key    OTHER_KEY: the next connection is shown another host key
    login       REFUSE: the next login is refused, whatever is given; RESET_BEFORE_READING: the connection breaks
    write       the next block: REFUSE, DISK_FULL, DAMAGE, SLOW; RESET_AFTER_ACCEPT: half of it is written, then the end
    rename      REFUSE, ERROR, SLOW; RESET_BEFORE_READING; RESET_AFTER_ACCEPT and TIME_OUT_AFTER_ACCEPT: it is done
    read        SLOW, RESET_BEFORE_READING, TIME_OUT_AFTER_ACCEPT

    python -m hub.loopback.sftp_server --root folder --user hub --password trial
"""

from __future__ import annotations

import argparse
import logging
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple, Self

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED, OPEN_SUCCEEDED

from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.sftp_area import EXTENSIONS, Area, ExtendedServer

HOST = "127.0.0.1"
HOST_KEY, LOGIN = "host_key", "login"
SLOW_S = 1.0
_LOOK_S = 0.01
_BREAKS = (Fault.RESET_BEFORE_READING, Fault.RESET_AFTER_ACCEPT)
logging.getLogger("paramiko").addHandler(logging.NullHandler())  # connections that break are what this server is for


class SftpUser(NamedTuple):
    """Who may log in; `public_key` as a line of an authorized_keys file. With both, both are wanted, the key first."""

    password: str = ""
    public_key: str = ""


class SftpServer:
    """The server; `port` 0 takes a free one."""

    def __init__(
        self,
        root: Path,
        users: Mapping[str, SftpUser],
        *,
        port: int = 0,
        extensions: Mapping[str, str] = EXTENSIONS,
        slow_s: float = SLOW_S,
        host_key: paramiko.PKey | None = None,
    ) -> None:
        self.root = root
        self.users = users
        self.faults = FaultQueue()
        self.extensions = dict(extensions)
        self.slow_s = slow_s
        self.closing = Event()
        self.host_key: paramiko.PKey = host_key or paramiko.ECDSAKey.generate()
        self.connections = 0
        self._listening = socket.create_server((HOST, port))
        self._transports: list[paramiko.Transport] = []
        self._thread = Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return int(self._listening.getsockname()[1])

    @property
    def fingerprint(self) -> str:
        """The fingerprint of its host key, as OpenSSH writes it."""
        return self.host_key.fingerprint.rstrip("=")

    @property
    def known_hosts_line(self) -> str:
        """Its line of a known_hosts file."""
        return f"[{HOST}]:{self.port} {self.host_key.get_name()} {self.host_key.get_base64()}"

    def __enter__(self) -> Self:
        """Serve in threads of this process."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop serving, whatever is going on."""
        self.closing.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Break all connections; new ones are served."""
        transports, self._transports = self._transports, []
        for transport in transports:
            _reset(transport)
            transport.join()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                opened, _ = self._listening.accept()
            except OSError:
                return
            with suppress(OSError):  # its sender has hung up already
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._serve(opened)

    def _serve(self, opened: socket.socket) -> None:
        transport = paramiko.Transport(opened)
        is_other = self.faults.take(HOST_KEY) is Fault.OTHER_KEY
        transport.add_server_key(paramiko.ECDSAKey.generate() if is_other else self.host_key)
        extras = {"extensions": self.extensions}
        session = _Session(self, transport)
        transport.set_subsystem_handler("sftp", ExtendedServer, Area, self.root, self.faults, session.hang, **extras)
        self._transports = [known for known in self._transports if known.is_alive()] + [transport]
        transport.start_server(event=Event(), server=session)


class _Session(paramiko.ServerInterface):
    """One connection: who logs in, and what breaks."""

    def __init__(self, server: SftpServer, transport: paramiko.Transport) -> None:
        self._server = server
        self._transport = transport
        self._has_key = False

    def get_allowed_auths(self, _username: str) -> str:
        return "publickey,password"

    def check_auth_password(self, username: str, password: str) -> int:
        user = self._server.users.get(username)
        if self._refuses() or user is None or not user.password or user.password != password:
            return AUTH_FAILED
        return AUTH_FAILED if user.public_key and not self._has_key else AUTH_SUCCESSFUL

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        user = self._server.users.get(username)
        if self._refuses() or user is None or key.get_base64() not in user.public_key.split():
            return AUTH_FAILED
        self._has_key = True
        return paramiko.common.AUTH_PARTIALLY_SUCCESSFUL if user.password else AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, _chanid: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def hang(self, fault: Fault) -> None:
        """Let a connection break, or say nothing until the other side has hung up, or for a while."""
        if fault in _BREAKS:
            _reset(self._transport)
            raise OSError("broken off")
        if fault is Fault.SLOW:
            self._server.closing.wait(self._server.slow_s)
        while fault is Fault.TIME_OUT_AFTER_ACCEPT and self._transport.is_active():
            self._server.closing.wait(_LOOK_S)

    def _refuses(self) -> bool:
        fault = self._server.faults.take(LOGIN)
        if fault is Fault.RESET_BEFORE_READING:
            _break(self._transport)
        return fault is not None


def _reset(transport: paramiko.Transport) -> None:
    _break(transport)
    transport.close()


def _break(transport: paramiko.Transport) -> None:
    with suppress(OSError):  # it has ended by itself
        assert isinstance(transport.sock, socket.socket)
        transport.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.sock.shutdown(socket.SHUT_RDWR)


def main(arguments: list[str] | None = None) -> None:
    """Serve until the process is ended; says the port and the host key's fingerprint on the first line."""
    parser = argparse.ArgumentParser(description="An SFTP server on 127.0.0.1 for trials and tests.")
    parser.add_argument("--root", type=Path, required=True, help="the folder that is served")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--user", default="hub")
    parser.add_argument("--password", required=True, help="for trials: everybody on this machine can see it")
    parser.add_argument("--plain", action="store_true", help="without fsync, checksums and the other rename")
    given = parser.parse_args(arguments)
    users = {given.user: SftpUser(given.password)}
    with SftpServer(given.root, users, port=given.port, extensions={} if given.plain else EXTENSIONS) as server:
        print(server.port, server.fingerprint, flush=True)  # noqa: T201 - whoever started it reads this
        server.closing.wait()


if __name__ == "__main__":
    main()
