"""Secrets of counterparties on this machine, made up once for a folder, so that settings outlive the process."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import paramiko


def kept_secret(folder: Path, name: str) -> str:
    """Return the secret of a folder, made at the first call; only its owner may read the file."""
    file = folder / f".{name}"
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii")
    made = secrets.token_hex(16)
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(made)
    return made


def kept_host_key(file: Path) -> paramiko.PKey:
    """Return the key of an SSH server on this machine, made at the first call."""
    if not file.exists():
        paramiko.ECDSAKey.generate().write_private_key_file(str(file))
    return paramiko.ECDSAKey.from_private_key_file(str(file))
