"""A file on its way to the other side: written under a temporary name, compared, and only then given its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import BinaryIO

from hub.errors import OutcomeUnknownError, RejectedError, TransientError
from hub.transports.remote_names import PART, require_file_name
from hub.transports.sftp_download import path_of
from hub.transports.sftp_packets import NO_RIGHT, NOT_THERE, Attributes, Open
from hub.transports.sftp_wire import BLOCK, RefusedError, Sftp
from hub.transports.ssh_connection import SshConnection

_DIGESTS = ("sha256", "sha512", "sha384")  # of the checksums a server may offer, those that nobody can forge
_POSIX_RENAME = "posix-rename@openssh.com"


class Upload:
    """One file, carried out once."""

    def __init__(self, folder: str, name: str, source: BinaryIO, size: int) -> None:
        """Say what goes where. Raises RejectedError when the name cannot be one."""
        require_file_name(name)
        self._target = path_of(folder, name)
        self._part = f"{self._target}{PART}"
        self._source = source
        self._size = size

    def carry_out(self, connection: SshConnection) -> None:
        """Bring the file there, unless it is there already; what lies there under its name is never written over."""
        sftp = connection.sftp
        if (there := sftp.look(self._target)) is not None:
            self._require_same(sftp, there)
            return
        self._write(sftp)
        self._compare_digest(sftp)
        self._name(connection)

    # The bytes

    def _write(self, sftp: Sftp) -> None:
        handle, begin = self._opened(sftp)
        told = sftp.write(handle, self._blocks(begin), fsync="fsync@openssh.com" in sftp.extensions)
        if told.size is None:
            told = sftp.look(self._part) or Attributes()
        if told.size is not None and told.size != self._size:
            _remove_if_there(sftp, self._part)
            raise TransientError("the file arrived with another size: nothing was handed over")

    def _opened(self, sftp: Sftp) -> tuple[bytes, int]:
        """Open the temporary file, and say from where on it is to be written."""
        try:
            return sftp.open(self._part, Open.WRITE | Open.CREATE | Open.TRUNCATE | Open.EXCLUSIVE), 0
        except RefusedError as error:
            begun = sftp.look(self._part)
            if begun is None or not begun.is_regular:
                raise error from None
        size = begun.size or 0
        # Only what is longer than ours is cut off: else another one of us may be writing there, whose last block would
        # leave a gap where its first ones were, and a file with a gap has the right size.
        cut = Open.TRUNCATE if size > self._size else Open(0)
        begin = self._agreed(sftp, size)
        return sftp.open(self._part, Open.WRITE | Open.CREATE | cut), begin

    def _agreed(self, sftp: Sftp, size: int) -> int:
        """Return how many bytes of what was written before are ours, by whole blocks; 0 if they may not be read."""
        if not 0 < size <= self._size:
            return 0
        agreed = 0
        try:
            self._source.seek(0)
            with closing(sftp.contents(self._part, size)) as blocks:
                for block in blocks:
                    if block != self._source.read(len(block)):
                        break
                    agreed += len(block)
        except RefusedError:
            return 0
        return agreed

    def _blocks(self, begin: int) -> Iterator[tuple[int, bytes]]:
        self._source.seek(begin)
        offset = begin
        while block := self._source.read(BLOCK):
            yield offset, block
            offset += len(block)

    def _compare_digest(self, sftp: Sftp) -> None:
        """Compare checksums where the other side makes them."""
        offered = sftp.extensions.get("check-file", "").split(",")
        algorithm = next((name for name in _DIGESTS if name in offered), None)
        theirs = sftp.digest(self._part, algorithm) if algorithm and self._size else None
        if algorithm is None or theirs is None:
            return
        ours = hashlib.new(algorithm)
        for _, block in self._blocks(0):
            ours.update(block)
        if theirs != ours.digest():
            _remove_if_there(sftp, self._part)
            raise TransientError("the file arrived with another checksum: nothing was handed over")

    # The name

    def _name(self, connection: SshConnection) -> None:
        """Hand the file over. What may have been done when no answer comes is known by `is_naming`."""
        sftp = connection.sftp
        refused = self._refused(connection, sftp.rename)
        if refused is None or self._is_named(sftp):
            return
        if _POSIX_RENAME not in sftp.extensions or refused.status in (*NOT_THERE, *NO_RIGHT):
            raise refused
        # The file system there knows no other way; nothing has the name, as we have just seen.
        refused = self._refused(connection, sftp.posix_rename)
        if refused is not None and not self._is_named(sftp):
            raise refused

    def _refused(self, connection: SshConnection, rename: Callable[[str, str], None]) -> RefusedError | None:
        """Rename in one way, and return what is said against it."""
        connection.watch.refuse_when_over()  # else it would count as sent
        connection.is_naming = True
        try:
            rename(self._part, self._target)
        except RefusedError as error:
            connection.is_naming = False  # there was an answer
            return error
        return None

    def _is_named(self, sftp: Sftp) -> bool:
        """Say whether the file has its name after all: another one of us was faster, or an earlier rename came late."""
        if (there := sftp.look(self._target)) is not None:
            self._require_same(sftp, there)
            _remove_if_there(sftp, self._part)
            return True
        if sftp.look(self._part) is None:
            raise OutcomeUnknownError("the temporary file was taken away before it had its name")
        return False

    def _require_same(self, sftp: Sftp, there: Attributes) -> None:
        """Let pass a file of this name that is this file."""
        try:
            is_same = there.size == self._size and there.is_regular and self._is_ours(sftp)
        except RefusedError:
            raise OutcomeUnknownError("a file of this name and size is there already, and may not be read") from None
        if not is_same:
            raise RejectedError("another file has this name there: it was left as it is")

    def _is_ours(self, sftp: Sftp) -> bool:
        self._source.seek(0)
        with closing(sftp.contents(self._target, self._size + 1)) as blocks:
            return all(block == self._source.read(len(block)) for block in blocks) and not self._source.read(1)


def _remove_if_there(sftp: Sftp, path: str) -> None:
    with suppress(RefusedError):  # what is left over harms nobody: the name says that it is unfinished
        sftp.remove(path)
