"""A file on its way into a folder of this machine: written under a temporary name, put on the disk, then named."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from hub.errors import OutcomeUnknownError, RejectedError, TransientError
from hub.transports.remote_names import PART, require_file_name

BLOCK = 256 * 1024
OURS_AND_THE_GROUPS = 0o660  # whoever takes the files is mostly another user; letters are nobody else's business
NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
NO_RIGHT = (errno.EACCES, errno.EPERM, errno.EROFS)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)  # the file system has none
_SAID_NO = (errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENAMETOOLONG)
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF)


class LocalUpload:
    """One file, carried out once. Besides ours it raises OSError, of what failed before the file had its name."""

    def __init__(self, folder: Path, name: str, source: BinaryIO, size: int) -> None:
        """Say what goes where. Raises RejectedError when the name cannot be one."""
        require_file_name(name)
        self._folder = folder
        self._target = folder / name
        self._part = folder / f"{name}{PART}"
        self._source = source
        self._size = size

    def carry_out(self) -> None:
        """Bring the file there, unless it is there already; what lies there under its name is never written over."""
        if not self._is_there():
            self._write()
            self._name()
        self._settle()

    def _is_there(self) -> bool:
        """Say whether this file has its name. Raises RejectedError when another one has it."""
        try:
            descriptor = os.open(self._target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return False
        except PermissionError:
            if not os.path.lexists(self._target):
                raise  # we may not even look into the folder
            raise OutcomeUnknownError("a file of this name is there already, and may not be read") from None
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            raise _taken() from None
        try:
            if not self._is_ours(descriptor):
                raise _taken()
        finally:
            os.close(descriptor)
        return True

    def _is_ours(self, descriptor: int) -> bool:
        told = os.fstat(descriptor)
        if not stat.S_ISREG(told.st_mode) or told.st_size != self._size:
            return False
        self._source.seek(0)
        with os.fdopen(descriptor, "rb", closefd=False) as there:
            return all(there.read(len(block)) == block for block in iter(lambda: self._source.read(BLOCK), b""))

    def _write(self) -> None:
        """Write all of it, over what another one of us may be writing: the same bytes at the same places."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        with os.fdopen(os.open(self._part, flags, OURS_AND_THE_GROUPS), "wb") as part:
            self._source.seek(0)
            shutil.copyfileobj(self._source, part, BLOCK)
            part.truncate()  # what was there before may have been longer
            part.flush()
            os.fsync(part.fileno())
            if os.fstat(part.fileno()).st_size != self._size:
                raise TransientError("the file arrived with another size: nothing was handed over")

    def _name(self) -> None:
        """Hand the file over."""
        try:
            os.link(self._part, self._target)  # refuses when the name is taken, whoever takes it at this moment
        except (FileExistsError, FileNotFoundError):  # another one of us was faster, or somebody has taken it
            if not self._is_there():
                raise OutcomeUnknownError("the file was taken away before or after it had its name") from None
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise _unnamed(error) from None
            self._rename()

    def _rename(self) -> None:
        """Hand it over where there are no links; nothing has the name, as we see just before."""
        if self._is_there():
            return
        try:
            self._part.rename(self._target)
        except OSError as error:
            raise _unnamed(error) from None

    def _settle(self) -> None:
        """Take the temporary name away, and put the folder on the disk."""
        with suppress(OSError):  # what is left over harms nobody: the name says that it is unfinished
            self._part.unlink()
        try:
            _sync(self._folder)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OutcomeUnknownError(f"the file has its name, which may not be on the disk: {reason}") from None


def _taken() -> RejectedError:
    return RejectedError("another file has this name there: it was left as it is")


def _unnamed(error: OSError) -> OSError | OutcomeUnknownError:
    """Return what a failure to name the file means: only some say that it certainly has no name."""
    if error.errno in _SAID_NO:
        return error
    return OutcomeUnknownError(f"the file was to be named, and it may have been: {error.strerror}")


def _sync(folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # a folder that others may put into and not look into
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)
