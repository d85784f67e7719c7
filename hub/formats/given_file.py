"""Opens the files that people name."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from hub.errors import DataError


def open_given(file: Path) -> BinaryIO:
    """Open a file for reading, as bytes. Raises DataError when it cannot be opened, saying why and what to do."""
    try:
        return file.open("rb")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise DataError(f"{file} cannot be opened: {why}; check its path and that you may read it") from None
