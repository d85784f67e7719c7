"""Folders of counterparties on this machine, into which others are writing."""

from __future__ import annotations

from pathlib import Path


def whole_files(folder: Path) -> list[Path]:
    """Return the files of a folder that are written to their end, by name."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.suffix != ".part")
