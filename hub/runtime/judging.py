"""Judging a document by the rules of its format; apart from the facade, so that `hub validate` needs no tenant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hub.contracts import DocumentInspector, Judgement
from hub.errors import ConfigurationError, DataError
from hub.runtime.config import official_rules
from hub.runtime.inspecting import opened
from hub.runtime.plugins import default_inspectors

HEAD = 4096
LARGEST = 100 * 1024 * 1024


def inspectors() -> list[DocumentInspector]:
    """Return what judges documents, of all installed plugins on their defaults."""
    return default_inspectors()


def judge_file(file: Path, judges: Sequence[DocumentInspector], *, official: Path | None = None) -> Judgement:
    """Judge a document by the installed plugin that knows its format; `official` is a folder of the official rules.

    Raises:
        DataError: it cannot be opened, or nothing installed knows it.
        FormatError: it is broken, hostile or too large.
        ConfigurationError: the official rules are not in the folder, or what runs them is not installed.
    """
    with opened(file)[1] as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise DataError(f"it is larger than {LARGEST} bytes: no document of these formats is")
    for judge in judges:
        if judge.recognises(content[:HEAD]):
            return judge.judge(content, official=official)
    known = ", ".join(judge.name for judge in judges) or "none"
    raise DataError(f"it is of no format that is judged here (known: {known}); payment files: hub inspect FILE")


def official_folder(given: Path | None) -> Path:
    """Return the folder of the official rules: `given`, else the environment's. Raises ConfigurationError for none."""
    folder = given or official_rules()
    if folder is None:
        raise ConfigurationError(
            "no folder of official rules is given",
            hint="give --official FOLDER, or set HUB_OFFICIAL_RULES; they come from their issuers, not with the hub",
        )
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder", hint="it holds the official rules as they were issued")
    return folder
