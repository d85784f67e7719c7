"""Receiving a payment file: its bytes are kept and its run is queued, whatever the file is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import PurePath
from traceback import walk_tb
from typing import BinaryIO

from hub.contracts import NamesUnreadFiles, PaymentFileReader, Recognition
from hub.errors import FormatError, HubError, UnrecognisedFile
from hub.model.exchanges import Exchange, ExchangeState
from hub.services.ports import JsonObject, KeptContent, Store, UnitOfWork

KIND = "payment_file"
RUN_KIND = "ingest"
READER_DEFECT = "READER_DEFECT"
HEAD_SIZE = 64 * 1024
LONGEST_NAME = 255  # what file systems allow: a name keeps its ending
_PACKINGS = {
    b"PK\x03\x04": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"Rar!": "rar",
}
"""How compressed files begin: no reader takes one, and what is in it is for the sender or a person to say."""

NamedReader = tuple[str, PaymentFileReader]  # plugin name, reader
_OPEN_STATES = (
    ExchangeState.RECEIVED,
    ExchangeState.READ,
    ExchangeState.HELD,
    ExchangeState.POSTING,
    ExchangeState.POSTED,
)
BEFORE_JUDGING = (ExchangeState.RECEIVED, ExchangeState.READ)  # from there a file only goes forward
_RETRY_STATES = (ExchangeState.QUARANTINED, ExchangeState.UNDONE)


def receive(store: Store, stream: BinaryIO, *, name: str) -> tuple[Exchange, str]:
    """Keep a file's bytes as an exchange and queue its run; return the exchange and the run's id.

    The bytes of a quarantined or undone exchange reopen it as a new attempt. The same bytes of a file that is posted,
    or on its way, give a new exchange that the run closes as a duplicate. The same bytes at another door say nothing.
    """
    kept = store.contents.keep(stream)
    with store.write() as work:
        return take_in(work, kept, name)


def take_in(work: UnitOfWork, kept: KeptContent, name: str) -> tuple[Exchange, str]:
    """Open the exchange of a file whose bytes are kept, in this transaction, and queue its run: see `receive`."""
    same = [earlier for earlier in work.exchanges.with_content(sha256=kept.sha256) if earlier.kind == KIND]
    closed = [earlier for earlier in same if earlier.state in _RETRY_STATES]
    if closed and not any(earlier.state in _OPEN_STATES for earlier in same):
        exchange = _reopen(work, closed[-1])
    else:
        exchange = work.exchanges.open(kind=KIND, name=plain_name(name), sha256=kept.sha256, size=kept.size)
    return exchange, queue_run(work, work.tenant_name, exchange)


def queue_run(work: UnitOfWork, tenant_name: str, exchange: Exchange, **choice: object) -> str:
    """Queue the run of an exchange's current attempt."""
    run_id = f"ingest:{tenant_name}:{exchange.number}:{exchange.attempt}"
    work.runs.enqueue(run_id, RUN_KIND, {"exchange_no": exchange.number, **choice})
    return run_id


def _reopen(work: UnitOfWork, exchange: Exchange) -> Exchange:
    work.exchanges.change(
        exchange.number, state=ExchangeState.RECEIVED, attempt=exchange.attempt + 1, reason="", problem=None
    )
    return work.exchanges.get(exchange.number)


def plain_name(name: str) -> str:
    """Return a file's own name, without folders, control characters and excess.

    Bytes of a name that are no UTF-8 are read as Latin-1, which older systems write.
    """
    own = PurePath("".join(map(_readable, name)).replace("\\", "/")).name or "unnamed"
    return "".join(letter for letter in own if letter.isprintable())[:LONGEST_NAME] or "unnamed"


def _readable(letter: str) -> str:
    return chr(ord(letter) - 0xDC00) if "\udc80" <= letter <= "\udcff" else letter  # how Python keeps such a byte


def choose_reader(readers: Sequence[NamedReader], head: bytes) -> NamedReader:
    """Return the one reader that recognises a file by its beginning.

    Raises:
        UnrecognisedFile: none does, or several do.
    """
    found = [named for named in readers if named[1].recognises(head) is not Recognition.NO]
    if len(found) == 1:
        return found[0]
    if found:
        names = tuple(reader.name for _, reader in found)
        raise UnrecognisedFile(
            f"several readers take the file for theirs ({', '.join(names)}); disable all but one", candidates=names
        )
    raise _unrecognised(readers, head)


def _unrecognised(readers: Sequence[NamedReader], head: bytes) -> UnrecognisedFile:
    """Return what to say of a file that no reader takes: as much as is known of it."""
    if not head:
        return UnrecognisedFile("the file is empty; ask the sender for it anew", code="EMPTY")
    if packing := packing_of(head):
        return UnrecognisedFile(f"the file is compressed ({packing}): unpack it first", code="COMPRESSED")
    for plugin, reader in readers:
        if isinstance(reader, NamesUnreadFiles) and (name := reader.unread_format(head)):
            message = f"this is {name}, which the plugin {plugin} knows and does not read yet: handle it as until now"
            return UnrecognisedFile(message, code="NOT_YET_READ")
    what = "no enabled reader recognises the file"
    if b"<!DOCTYPE" in head.replace(b"\0", b"").upper():  # in UTF-16 too
        what = "the file has a DOCTYPE: it is a web page, or XML of a kind that no reader takes"
    known = ", ".join(reader.name for _, reader in readers) or "none"
    return UnrecognisedFile(f"{what} (enabled: {known}); check that it is what you meant to send")


def packing_of(head: bytes) -> str:
    """Return how a file that begins with `head` is compressed, blank when it is not."""
    return next((name for beginning, name in _PACKINGS.items() if head.startswith(beginning)), "")


def as_reader_defect(error: Exception) -> FormatError:
    """Return what to say of an error that is none of the file's own; the text of a foreign one may hold data."""
    what = f"{type(error).__name__}: {error}" if isinstance(error, HubError) else type(error).__name__
    message = f"reading the file stopped at a defect in {_place_in_code(error)} ({what}); mend it and retry"
    return FormatError(message, code=READER_DEFECT)


def _place_in_code(error: Exception) -> str:
    """Return where an error was raised: the innermost module that is not Python's own, so that it tells the plugin."""
    frames = [(frame.f_globals.get("__name__", ""), line) for frame, line in walk_tb(error.__traceback__)]
    ours = [place for place in frames if place[0].partition(".")[0] not in sys.stdlib_module_names]
    return "{}, line {}".format(*ours[-1]) if ours else "a reader"


def describe(error: Exception) -> JsonObject:
    """Return what the exchange log keeps of an error: where and what, never the value itself."""
    place = getattr(error, "place", None)
    return {
        "code": getattr(error, "code", "DATA"),
        "message": getattr(error, "message", str(error)),
        "line": place.line if place else None,
        "record": place.record if place else "",
        "field": place.field if place else "",
    }
