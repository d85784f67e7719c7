"""The members of a zip file from outside, held to limits before any of them is unpacked."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, NamedTuple

from hub.errors import FormatError
from hub.transports.remote_names import is_safe

_END = struct.Struct("<4s4H2LH")  # end of central directory; APPNOTE.TXT 4.3.16
_END_MARK = b"PK\x05\x06"
_LONGEST_REMARK = 0xFFFF
_ENCRYPTED = 1
_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error,
    NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
)  # fmt: skip
BLOCK = 256 * 1024


class Limits(NamedTuple):
    """What an archive may be; more is an attack, or no archive of invoices."""

    archive: int = 2_000_000_000  # bytes; a zip file of the plain kind ends at 4 GiB
    members: int = 20_000
    directory: int = 8_000_000  # bytes of the list of members, which is read into memory
    member: int = 50_000_000  # bytes, unpacked
    unpacked: int = 4_000_000_000  # bytes of all
    largest_index: int = 32_000_000  # bytes, unpacked


LIMITS = Limits()


@contextmanager
def opened(source: BinaryIO, limits: Limits = LIMITS) -> Iterator[zipfile.ZipFile]:
    """Open an archive whose members are plain files with plain names, within limits.

    Raises:
        FormatError: it is none, or is more than is taken.
    """
    with reading():
        _look_at_end(source, limits)
        archive = zipfile.ZipFile(source)
    with archive:
        _look_at_members(archive.infolist(), limits)
        yield archive


def blocks_of(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield a member's bytes. Raises FormatError when there is no such member, or it is damaged."""
    if name not in archive.NameToInfo:
        raise _refused("a file is missing in it", "ARCHIVE_NAMES")
    with reading():
        member = archive.open(name)
    with member:
        while block := _block(member):
            yield block


def _block(member: IO[bytes]) -> bytes:
    with reading():
        return member.read(BLOCK)


@contextmanager
def reading() -> Iterator[None]:
    """Raise FormatError for whatever the library says of a broken archive."""
    try:
        yield
    except _BROKEN as error:
        raise FormatError(f"the archive cannot be unpacked ({type(error).__name__})", code="ARCHIVE_BROKEN") from None


def _look_at_end(source: BinaryIO, limits: Limits) -> None:
    """Refuse what is no plain zip file, or has a list of members that does not fit into memory."""
    size = source.seek(0, 2)
    if size > limits.archive:
        raise _refused(f"it has {size} bytes, at most {limits.archive} are taken", "ARCHIVE_TOO_LARGE")
    source.seek(0)
    if source.read(len(_SEVEN_ZIP)) == _SEVEN_ZIP:
        raise _refused("it is a 7z file; have it packed as zip", "ARCHIVE_KIND")
    start = source.seek(max(size - _END.size - _LONGEST_REMARK, 0))
    tail = source.read()
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        raise _refused("it is no zip file, or its end is missing", "ARCHIVE_KIND")
    _, disk, first_disk, here, members, directory, offset, remark = _END.unpack_from(tail, at)
    is_plain = (disk, first_disk) == (0, 0) and here == members and offset + directory == start + at
    if not is_plain or at + _END.size + remark != len(tail):
        raise _refused(
            "it is no plain zip file: in parts, with something before or behind it, or 4 GiB", "ARCHIVE_KIND"
        )
    if members > limits.members or directory > limits.directory:
        raise _refused(f"it has more than {limits.members} members", "ARCHIVE_TOO_LARGE")


def _look_at_members(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    names = [member.filename.casefold() for member in members]
    if len(set(names)) < len(names):
        raise _refused("two of its members have one name", "ARCHIVE_NAMES")
    for member in members:
        _look_at_member(member, limits)
    if sum(member.file_size for member in members) > limits.unpacked:
        raise _refused(f"it is more than {limits.unpacked} bytes when it is unpacked", "ARCHIVE_TOO_LARGE")
    if sum(member.compress_size for member in members) > limits.archive:
        raise _refused("its members lie over each other", "ARCHIVE_TOO_LARGE")


def _look_at_member(member: zipfile.ZipInfo, limits: Limits) -> None:
    if not is_safe(member.filename):
        raise _refused("a member has no plain file name, or lies in a folder", "ARCHIVE_NAMES")
    if member.flag_bits & _ENCRYPTED:
        raise _refused("a member is encrypted", "ARCHIVE_ENCRYPTED")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refused("a member is packed in a way that is not read", "ARCHIVE_KIND")
    if member.file_size > limits.member:
        raise _refused(f"a member is more than {limits.member} bytes when it is unpacked", "ARCHIVE_TOO_LARGE")


def _refused(why: str, code: str) -> FormatError:
    return FormatError(f"the archive is refused: {why}", code=code)
