"""Writes a home folder to start from (`hub init`): settings with comments that load without errors."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from hub.errors import ConfigurationError
from hub.runtime.config import INBOX_FOLDER, INSTALLATION_FILE, TENANT_FOLDER
from hub.transports.folder import PRIVATE

STARTER_FILES = (INSTALLATION_FILE, f"{TENANT_FOLDER}/example.toml")


def write_starter_home(path: Path) -> tuple[Path, ...]:
    """Write the starter files into folder `path`, made if need be, and return what was written.

    Raises ConfigurationError when one of them is there already (nothing is written) or the folder cannot be written.
    """
    targets = tuple(path / name for name in STARTER_FILES)
    for target, name in zip(targets, STARTER_FILES, strict=True):
        if target.exists():
            raise ConfigurationError(f"{name} is there already", hint="choose an empty folder, or edit what is there")
    try:
        for target, name in zip(targets, STARTER_FILES, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(starter_text(name), encoding="utf-8", newline="\n")
        (path / INBOX_FOLDER).mkdir(mode=PRIVATE, exist_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(f"the home folder cannot be written: {reason}", hint="check its rights") from None
    return targets


def starter_text(name: str) -> str:
    """Return the text of one starter file."""
    return files("hub.runtime").joinpath("starter", name).read_text(encoding="utf-8")
