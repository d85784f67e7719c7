"""Judging a document by the rules of its format; apart from the facade, so that `hub validate` needs no tenant."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from hub.contracts import DocumentInspector, Judgement
from hub.errors import ConfigurationError, DataError, FormatError
from hub.formats.xml_stream import probe
from hub.runtime.config import official_rules
from hub.runtime.inspecting import opened
from hub.runtime.plugins import default_inspectors
from hub.services.payments.receiving import packing_of, plain_name

HEAD = 4096
LARGEST = 100 * 1024 * 1024
STANDARD_INPUT = Path("-")
_PIPED = (Path("/dev/fd"), Path("/proc/self/fd"))
"""Where a shell puts what it makes of `<(command)`."""

_NO_XML = {b"%pdf": "a PDF", b"<!doctype html": "a web page", b"<html": "a web page", b"{": "JSON"}
"""How files begin that people take for the e-invoice, in small letters."""


def inspectors() -> list[DocumentInspector]:
    """Return what judges documents, of all installed plugins on their defaults."""
    return default_inspectors()


def judge_file(
    file: Path, judges: Sequence[DocumentInspector], *, official: Path | None = None, layers: Sequence[str] = ()
) -> Judgement:
    """Judge a document by the installed plugin that knows its format; `official` is a folder of the official rules.

    `-` is the standard input; `layers` are those of its rules to judge by, all where there are none.

    Raises:
        DataError: it cannot be opened, or nothing installed knows it.
        FormatError: it is broken, hostile or too large.
        ConfigurationError: the official rules are not in the folder, what runs them is not installed, or there is no
            such layer.
    """
    with _opened(file) as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise DataError(f"it is larger than {LARGEST} bytes: no document of these formats is")
    for judge in judges:
        if judge.recognises(content[:HEAD]):
            return _with_referee(judge, judge.judge(content, official=official, layers=layers), official)
    raise _unrecognised(content[:HEAD], judges)


def _with_referee(judge: DocumentInspector, judgement: Judgement, official: Path | None) -> Judgement:
    """Say of one who was asked for the official rules, and asked none, that nothing was compared."""
    if official is None or judgement.differences is not None or judgement.not_compared:
        return judgement
    return judgement._replace(not_compared=f"{judge.name} has no referee")


def _opened(file: Path) -> AbstractContextManager[BinaryIO]:
    """Open a file, or what a shell pipes to us: that ends, while a named pipe may be waited for, for ever."""
    if file == STANDARD_INPUT:
        return nullcontext(sys.stdin.buffer)
    if file.parent in _PIPED and file.is_fifo():
        return file.open("rb")
    return opened(file)[1]


def _unrecognised(head: bytes, judges: Sequence[DocumentInspector]) -> DataError:
    """Return what to say of a document that nobody judges: as much as is known of it."""
    if not head.strip():
        return FormatError("it is empty; make it anew, or ask the sender for it", code="EMPTY")
    if packing := packing_of(head):
        return FormatError(f"it is compressed ({packing}): unpack it first", code="COMPRESSED")
    for beginning, name in _NO_XML.items():
        if head.strip().lower().startswith(beginning):
            return FormatError(
                f"it is {name}; an e-invoice is XML: give the file that the machines get", code="NOT_XML"
            )
    try:
        name = plain_name(probe(head).tag.rpartition("}")[2])
    except FormatError as error:
        return error
    known = ", ".join(judge.name for judge in judges) or "none"
    return DataError(
        f"a document of the kind {name} is not judged here (known: {known}); payment files: hub inspect FILE"
    )


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
