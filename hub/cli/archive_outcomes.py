"""What became of archives of printed documents that were handed over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.showing import file_name, say
from hub.model.counting import counted
from hub.model.deliveries import Fate
from hub.model.exchanges import ExchangeState
from hub.model.runs import RunState
from hub.services.delivery import Acceptance

if TYPE_CHECKING:
    from hub.model.runs import Run
    from hub.runtime.facade_documents import TakenArchive

MOST_NAMED = 10


def as_accepted(taken: Sequence[TakenArchive]) -> list[Acceptance]:
    """Return the documents of archives as any that were handed over; what goes on as it came is told apart."""
    documents = [file for archive in taken for file in archive.files if file.fate != Fate.REST]
    return [Acceptance(file.place, document_no=file.document_no, problem=file.reason) for file in documents]


def told_apart(taken: Sequence[TakenArchive]) -> list[dict[str, Any]]:
    """Return, for machines, what of archives goes on as it came, and those that were refused."""
    rest = [file for archive in taken for file in archive.files if file.fate == Fate.REST]
    refused = [archive.exchange for archive in taken if archive.exchange.state == ExchangeState.QUARANTINED]
    return [
        *({"place": file.place, "fate": file.fate, "reason": file.reason} for file in rest),
        *({"place": one.name, "problem": one.reason, "exchange_no": one.number} for one in refused),
    ]


def show_taken(taken: Sequence[TakenArchive]) -> None:
    """Say of each archive how much of it are documents, and what goes on as it came."""
    for archive in taken:
        rest = [file for file in archive.files if file.fate == Fate.REST]
        documents = sum(file.fate == Fate.DOCUMENT for file in archive.files)
        if archive.exchange.state != ExchangeState.QUARANTINED:
            say(
                f"{file_name(archive.exchange.name)} is exchange {archive.exchange.number}: "
                f"{counted(documents, 'document')}{_goes_on(len(rest))}"
            )
        for file in rest[:MOST_NAMED]:
            say(f"{file.place}: {file.reason or 'no invoice'}")


def _goes_on(files: int) -> str:
    if not files:
        return ""
    return f"; {counted(files, 'file')} of it {'goes on as it came' if files == 1 else 'go on as they came'}"


def runs_of(taken: Sequence[TakenArchive]) -> list[Run]:
    """Return the runs that have not taken their archive in."""
    return [archive.run for archive in taken if archive.run is not None and archive.run.state != RunState.DONE]


def end_by_archives(taken: Sequence[TakenArchive]) -> None:
    """Say which archives were refused, and end so."""
    refused = [archive.exchange for archive in taken if archive.exchange.state == ExchangeState.QUARANTINED]
    for exchange in refused:
        say(
            f"{file_name(exchange.name)}: {exchange.reason}; nothing of it goes out, and it is kept as exchange "
            f"{exchange.number}: have it made anew, then hand it over again"
        )
    if refused:
        raise typer.Exit(ExitCode.DATA)
