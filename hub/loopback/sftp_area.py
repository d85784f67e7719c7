"""The files of an SFTP server on loopback: what a logged-in user may do with one folder of this machine."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import paramiko
from paramiko.message import Message
from paramiko.sftp import CMD_EXTENDED, CMD_EXTENDED_REPLY, SFTP_FAILURE, SFTP_OK, SFTP_PERMISSION_DENIED

from hub.loopback.faults import Fault, FaultQueue

WRITE, RENAME, READ = "write", "rename", "read"  # what faults may be ordered for, besides connections
FSYNC, POSIX_RENAME, CHECK_FILE = "fsync@openssh.com", "posix-rename@openssh.com", "check-file"
EXTENSIONS = {CHECK_FILE: "sha256", FSYNC: "1", POSIX_RENAME: "1"}
_UNSUPPORTED = 8
Hang = Callable[[Fault], None]


class Area(paramiko.SFTPServerInterface):
    """One session's view: everything lies under one folder, links out of it lead nowhere."""

    def __init__(self, server: paramiko.ServerInterface, root: Path, faults: FaultQueue, hang: Hang) -> None:
        super().__init__(server)
        self._root = root
        self.faults = faults
        self.hang = hang

    def place(self, path: str) -> Path:
        """Return where a path of the other side lies here."""
        parts = PurePosixPath(os.path.normpath(f"/{path}")).parts[1:]
        place = self._root.joinpath(*parts)
        if parts and not place.parent.resolve().is_relative_to(self._root.resolve()):
            raise PermissionError(errno.EACCES, "outside")
        return place

    def inside(self, path: str) -> Path:
        """Return where a path leads when its links are followed; one that leads out of the folder is refused."""
        place = self.place(path).resolve()
        if not place.is_relative_to(self._root.resolve()):
            raise PermissionError(errno.EACCES, "outside")
        return place

    def list_folder(self, path: str) -> Any:
        return _tried(lambda: [told for entry in sorted(self.inside(path).iterdir()) if (told := _attributes(entry))])

    def stat(self, path: str) -> Any:
        return _tried(lambda: paramiko.SFTPAttributes.from_stat(self.inside(path).stat()))

    def lstat(self, path: str) -> Any:
        return _tried(lambda: paramiko.SFTPAttributes.from_stat(self.place(path).lstat()))

    def open(self, path: str, flags: int, _attr: paramiko.SFTPAttributes) -> Any:
        return _tried(lambda: _OpenFile(self, os.open(self.place(path), flags | os.O_NOFOLLOW, 0o600), flags))

    def remove(self, path: str) -> int:
        return _done(lambda: self.place(path).unlink())

    def rename(self, oldpath: str, newpath: str) -> int:
        """Rename as the draft says: a name that is taken is refused."""
        fault = self.faults.take(RENAME)
        if fault is Fault.REFUSE:
            return SFTP_PERMISSION_DENIED
        if fault is Fault.ERROR:
            return SFTP_FAILURE
        if fault is Fault.RESET_BEFORE_READING:
            self.hang(fault)
        answer = _done(lambda: _rename_new(self.place(oldpath), self.place(newpath)))
        if fault is not None:
            self.hang(fault)
        return answer

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return _done(lambda: self.place(oldpath).replace(self.place(newpath)))


class _OpenFile(paramiko.SFTPHandle):
    """An open file, with what goes wrong with single blocks."""

    def __init__(self, area: Area, descriptor: int, flags: int) -> None:
        super().__init__(flags)
        self._area = area
        self._descriptor = descriptor

    def read(self, offset: int, length: int) -> Any:
        if (fault := self._area.faults.take(READ)) is not None:
            self._area.hang(fault)
        return _tried(lambda: os.pread(self._descriptor, length, offset))

    def write(self, offset: int, data: Any) -> int:
        fault = self._area.faults.take(WRITE)
        if fault is Fault.REFUSE:
            return SFTP_PERMISSION_DENIED
        if fault is Fault.DISK_FULL:
            return SFTP_FAILURE  # what OpenSSH says of it
        if fault is Fault.DAMAGE:
            data = bytes(len(data))
        elif fault is not None:
            os.pwrite(self._descriptor, data[: len(data) // 2], offset)
            self._area.hang(fault)
        return _done(lambda: _write_all(self._descriptor, data, offset))

    def stat(self) -> Any:
        return _tried(lambda: paramiko.SFTPAttributes.from_stat(os.fstat(self._descriptor)))

    def fsync(self) -> int:
        """Put the file on the disk."""
        return _done(lambda: os.fsync(self._descriptor))

    def close(self) -> None:
        os.close(self._descriptor)


class ExtendedServer(paramiko.SFTPServer):
    """paramiko's server, with extensions of others; it tells those that it is given and takes no other."""

    extensions: dict[str, str] = EXTENSIONS
    area: Area

    def __init__(self, channel: Any, name: str, server: Any, area: type[Area], *given: Any, **named: Any) -> None:
        self.extensions = named.pop("extensions")
        super().__init__(channel, name, server, area, *given, **named)

    def _send_server_version(self) -> int:
        self._read_packet()  # type: ignore[attr-defined]
        message = Message()
        message.add_int(3)
        for name, data in self.extensions.items():
            message.add_string(name)
            message.add_string(data)
        self._send_packet(2, message)  # type: ignore[attr-defined]
        return 3

    def _process(self, kind: int, number: int, message: Message) -> None:
        if self.sock is None or not self.sock.get_transport().is_active():
            return  # broken off: what came before is not carried out after all
        if kind == CMD_EXTENDED:
            name = message.get_text()
            if name == FSYNC and FSYNC in self.extensions:
                opened: Any = self.file_table.get(message.get_string())
                self._send_status(number, opened.fsync() if opened else SFTP_FAILURE)  # type: ignore[attr-defined]
                return
            if name == "check-file-name" and CHECK_FILE in self.extensions:
                self._send_digest(number, message)
                return
            if name not in self.extensions:
                self._send_status(number, _UNSUPPORTED)  # type: ignore[attr-defined]
                return
            message.rewind()
            message.get_int()
        super()._process(kind, number, message)  # type: ignore[misc]

    def _send_digest(self, number: int, message: Message) -> None:
        """Answer with the checksum of a whole file, by the first of the asked algorithms that is offered."""
        path, asked = message.get_text(), message.get_text().split(",")
        offered = self.extensions[CHECK_FILE].split(",")
        algorithm = next((name for name in asked if name in offered), None)
        is_whole = (message.get_int64(), message.get_int64(), message.get_int()) == (0, 0, 0)
        area: Any = self.server
        content = _tried(lambda: area.inside(path).read_bytes()) if algorithm and is_whole else _UNSUPPORTED
        if algorithm is None or isinstance(content, int):
            self._send_status(number, content)  # type: ignore[attr-defined]
            return
        answer = Message()
        answer.add_int(number)
        answer.add_string(CHECK_FILE)
        answer.add_string(algorithm)
        answer.add_bytes(hashlib.new(algorithm, content).digest())
        self._send_packet(CMD_EXTENDED_REPLY, answer)  # type: ignore[attr-defined]


def _attributes(entry: Path) -> paramiko.SFTPAttributes | None:
    """Return what is told of a file in a listing, None when it has gone meanwhile."""
    try:
        return paramiko.SFTPAttributes.from_stat(entry.lstat(), os.fsencode(entry.name))  # type: ignore[arg-type] # as is
    except FileNotFoundError:
        return None


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    if os.pwrite(descriptor, data, offset) < len(data):
        raise OSError(errno.ENOSPC, "half a block")


def _rename_new(old: Path, new: Path) -> None:
    os.link(old, new)  # fails when the name is taken, whoever takes it at the same moment
    old.unlink()


def _done(act: Callable[[], object]) -> int:
    """Do something, and return the status that says how it went."""
    try:
        act()
    except OSError as error:
        return _status(error)
    return SFTP_OK


def _tried(ask: Callable[[], object]) -> Any:
    """Return what is asked for, or the status that says why not."""
    try:
        return ask()
    except OSError as error:
        return _status(error)


def _status(error: OSError) -> int:
    return paramiko.SFTPServer.convert_errno(error.errno or errno.EIO)
