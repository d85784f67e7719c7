"""Opening a file to look into it; apart from the facade, so that `hub inspect` starts without a database library."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from hub.contracts import SecretReference
from hub.errors import DataError
from hub.formats.given_file import open_given
from hub.runtime.config import resolve_secret
from hub.runtime.plugins import default_describers, default_readers
from hub.services.payments.inspecting import FileInspector, Looking


def inspect_file(file: Path, *, show_personal: bool = False, seal_key: str = "", strict: bool = False) -> FileInspector:
    """Look into a file with what all installed plugins offer on their defaults; see `Hub.inspect`."""
    looking = Looking(default_describers(), key_of(seal_key), strict=strict)
    return FileInspector(default_readers(), lambda: opened(file)[1], show_personal=show_personal, looking=looking)


def key_of(written: str) -> str:
    """Return a key that is given by reference or as it is. Raises ConfigurationError when a reference leads nowhere."""
    if not written.startswith(("env:", "file:")):
        return written
    return resolve_secret(SecretReference(written), where="--seal-key")


def refuse_unopenable(files: Iterable[Path]) -> None:
    """Look at every file before the first is taken in. Raises DataError when one of them cannot be opened."""
    for file in files:
        with opened(file)[1]:
            pass


def opened(file: Path | BinaryIO, name: str = "") -> tuple[str, AbstractContextManager[BinaryIO]]:
    """Return a file's name and its open stream. Raises DataError when it cannot be opened."""
    if not isinstance(file, Path):
        return name or "unnamed", nullcontext(file)
    if file.exists() and not file.is_file():  # a pipe would be waited for, for ever
        raise DataError(f"{file} is no file")
    return name or file.name, open_given(file)
