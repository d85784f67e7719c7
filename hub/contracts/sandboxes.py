"""What a plugin offers to be tried without its counterparty: a server of its own on loopback that behaves like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self, runtime_checkable


class Received(NamedTuple):
    """One document that the counterparty took, told by the counterparty: its own count, by its own reading."""

    recipient: str  # as the other side knows it
    document: str  # our number of the document where the message has it, else what identifies it
    sha256: str  # of the PDF it got, or of the whole message where there is none


@runtime_checkable
class Sandbox(Protocol):
    """A plugin's counterparty on this machine. Entered it serves, left it stops; nothing outside `folder` stays."""

    @property
    def name(self) -> str:
        """The name of the channel that it is the other side of."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the plugin's table needs to talk to it, once it serves; the same again from the same folder and port."""
        ...

    @property
    def secrets(self) -> Mapping[str, str]:
        """Secrets by the names that `settings` refers to as `env:NAME`."""
        ...

    def received(self) -> Sequence[Received]:
        """Return every document that it has taken, each as often as a debtor would have got it."""
        ...

    def order(self, fault: str, times: int = 1) -> None:
        """Let the next calls go wrong. Raises ValueError for a fault that it has not."""
        ...

    @property
    def faults(self) -> Sequence[str]:
        """The faults that can be ordered."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...


@runtime_checkable
class SelectiveSandbox(Sandbox, Protocol):
    """A sandbox whose counterparty knows some debtors only, and says whom; offered by those that need it."""

    @property
    def reaches(self) -> Sequence[str]:
        """Those debtors, by what a document names them with, such as `191212121212`."""
        ...


@runtime_checkable
class DailySandbox(Sandbox, Protocol):
    """A sandbox whose counterparty works by days, such as a clearing house: told that one ends, it answers by files."""

    def end_day(self, day: date) -> Sequence[Path]:
        """Let a day end: all that has come is carried out, and what is to be told of it is written.

        Returns the files, in the order in which they are to be received; each is returned once.
        """
        ...


@runtime_checkable
class ActingSandbox(Sandbox, Protocol):
    """A sandbox whose counterparty, or its customers, do things by themselves when somebody says so."""

    @property
    def acts(self) -> Mapping[str, str]:
        """What it does by itself, and what it is told of it, such as `payer= [code=02]`; brackets: may be left out."""
        ...

    def act(self, name: str, given: Mapping[str, str]) -> Sequence[Path]:
        """Let it happen; return the files that tell of it at once, if any.

        Raises ValueError for what it does not do, or cannot do as told.
        """
        ...


class SandboxMaker(Protocol):
    """Makes a sandbox that keeps what it got in a folder; `port` 0 takes a free one."""

    def __call__(self, folder: Path, *, port: int = 0) -> Sandbox: ...
