"""How answers look: tables for people, JSON for scripts. Data goes to stdout, words about it to stderr.

Colour and progress only where a person looks: rich leaves them out in a pipe, and with NO_COLOR. In a pipe nothing is
cut, whatever the environment says of width and colour, and no line ends in blanks.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, SupportsInt

from pydantic import BaseModel
from rich import box
from rich.console import Console, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from hub.money import format_kronor

PIPE_WIDTH = 10_000  # in a pipe nothing is cut to the width of a screen
AMOUNT = "right"

Column = str | tuple[str, str]
"""A heading, or a heading and how its cells are set: `right`, `keep` (never cut), `wrap`."""

STATE_STYLES: Mapping[str, str] = {
    "posted": "green",
    "booked": "green",
    "done": "green",
    "delivered": "green",
    "duplicate": "cyan",
    "closed": "cyan",
    "sent": "cyan",
    "accepted": "yellow",
    "held": "yellow",
    "suspended": "yellow",
    "sending": "yellow",
    "queued": "yellow",
    "quarantined": "red",
    "failed": "red",
    "undelivered": "red",
    "refused": "red",
    "unknown": "red",
}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Go on: what the command does, and how it ends, is the same when nobody reads of it."""
        write_to_nobody(self.file)


@contextmanager
def read_or_not(stream: IO[str]) -> Iterator[None]:
    """Write to whoever reads a stream; when they have gone, such as `head`, to nobody, and no error is raised."""
    try:
        yield
    except BrokenPipeError:
        write_to_nobody(stream)


def write_to_nobody(stream: IO[str]) -> None:
    """Let all that is still written to a stream be lost, also what Python writes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def out() -> Console:
    """Return the console that answers go to."""
    return _Console(file=sys.stdout, highlight=False, width=None if is_seen() else PIPE_WIDTH)


def is_seen() -> bool:
    """Say whether answers go to a screen; FORCE_COLOR makes rich believe so of a pipe too."""
    return sys.stdout.isatty()


def show(what: RenderableType) -> None:
    """Show a table or text."""
    console = out()
    if is_seen():
        console.print(what)
        return
    with console.capture() as captured:
        console.print(what)
    with read_or_not(sys.stdout):
        sys.stdout.writelines(f"{line.rstrip()}\n" for line in captured.get().removesuffix("\n").split("\n"))


def err() -> Console:
    """Return the console that words go to."""
    return _Console(file=sys.stderr, highlight=False, soft_wrap=True)


def say(text: str, *, is_error: bool = False) -> None:
    """Say something to the person at the keyboard."""
    err().print(Text(f"hub: {text}" if is_error else text, style="red" if is_error else ""))


def answer_json(value: Any) -> None:
    """Answer with JSON on stdout."""
    with read_or_not(sys.stdout):
        print(json.dumps(as_data(value), ensure_ascii=False, indent=2))  # noqa: T201


def as_data(value: Any) -> Any:
    """Turn NamedTuples, models and dates, at any depth, into what JSON knows."""
    if hasattr(value, "_asdict"):
        return {name: as_data(item) for name, item in value._asdict().items()}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(name): as_data(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_data(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def show_table(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], empty: str = "") -> None:
    """Show rows as a table; `empty` is said when there are none."""
    listed = list(rows)
    if not listed:
        say(empty or f"{title}: none")
        return
    show_title(title)
    show(table(columns, listed))


def table(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Table:
    """Make a table; where it is not seen on a screen it has a heading, and rows without lines that no width cuts."""
    is_plain = not is_seen()
    made = Table(
        box=None if is_plain else box.SIMPLE_HEAD,
        padding=(0, 2, 0, 0) if is_plain else (0, 1, 0, 0),
        pad_edge=False,
        header_style="" if is_plain else "bold",
    )
    for column in columns:
        heading, setting = column if isinstance(column, tuple) else (column, "")
        made.add_column(
            heading,
            justify="right" if setting == AMOUNT else "left",
            no_wrap=is_plain or setting in (AMOUNT, "keep"),
            overflow="fold" if setting == "wrap" else "ellipsis",
        )
    for row in rows:
        made.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    return made


def show_title(title: str) -> None:
    """Show what the next table is about."""
    if title:
        show(Text(title, style="bold"))


def show_fields(title: str, fields: Iterable[tuple[str, RenderableType]]) -> None:
    """Show names and values, one a line; what is empty is left out."""
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in fields:
        if value != "":
            made.add_row(name, Text(value) if isinstance(value, str) else value)
    show_title(title)
    show(made)
    if is_seen():
        show("")


def kronor(amount_ore: int, currency: str = "SEK") -> str:
    """Write öre as people read them; other currencies say which."""
    return format_kronor(amount_ore) if currency in ("SEK", "") else f"{format_kronor(amount_ore)} {currency}"


def by_currency(amounts_ore: Mapping[str, int]) -> str:
    """Write sums by currency, one after the other."""
    return ", ".join(f"{format_kronor(ore)} {currency}" for currency, ore in sorted(amounts_ore.items())) or "0,00"


class Amounts:
    """How the amounts of a file are written: kronor under that heading, or each with its currency."""

    def __init__(self, currencies: Iterable[str]) -> None:
        self._currencies = set(currencies) - {""}
        self.heading = "kronor" if self._currencies <= {"SEK"} else "amount"

    def write(self, amount_ore: int, currency: str) -> str:
        """Write an amount; one whose currency is not stated is in the only one of the file."""
        if self.heading == "kronor":
            return kronor(amount_ore)
        only = next(iter(self._currencies)) if len(self._currencies) == 1 else ""
        return f"{format_kronor(amount_ore)} {currency or only}".rstrip()


def state(word: str) -> Text:
    """Write a state in its colour."""
    return Text(word, style=STATE_STYLES.get(word, ""))


def shortened(text: str, longest: int = 25) -> str:
    """Return a text on one line; on a screen cut at the width of an OCR reference."""
    line = " ".join(text.split())
    return line if len(line) <= longest or not is_seen() else f"{line[: longest - 1]}…"


def file_name(name: str, longest: int = 40) -> str:
    """Return a file's name; on a screen a long one is cut in its middle, so that its ending is seen."""
    if len(name) <= longest or not is_seen():
        return name
    behind = (longest - 1) // 2
    return f"{name[: longest - 1 - behind]}…{name[-behind:]}"


def minute(moment: str) -> str:
    """Write an ISO time to the minute: `2026-11-20 18:30`."""
    return moment[:16].replace("T", " ")


def second(moment: str) -> str:
    """Write an ISO time to the second: `2026-11-20 18:30:05`."""
    return moment[:19].replace("T", " ")


def words(code: str) -> str:
    """Write a code as words: `unknown_reference` as `unknown reference`, `method:1` as `method 1`.

    A sentence behind the code stays as it is: `agency_says:no customer_no` is `agency says: no customer_no`; so does
    what stands behind a blank: `no_mandate: asked` is `no mandate: asked`.
    """
    name, _, detail = code.partition(":")
    if " " in detail:
        return f"{name.replace('_', ' ')}: {detail.lstrip()}"
    return code.replace("_", " ").replace(":", " ")


Told = Callable[[str, int, int], None]
"""(of what, how much is done, of how much): a total of 0 is not known yet."""


@contextmanager
def progress_bars(what: str, *, is_quiet: bool) -> Iterator[Told | None]:
    """Show a bar for each thing that goes on, on a terminal only; yields what is told how far each has come.

    `what` is shown while nothing is told of.
    """
    if is_quiet or not sys.stderr.isatty():
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), _Counted(), TimeRemainingColumn())
    with Progress(*columns, console=err(), transient=True) as shown:
        yield _Bars(shown, what).tell


@contextmanager
def progress_bar(what: str, *, is_quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Show one bar, on a terminal only; yields what is told how far it has come."""
    with progress_bars(what, is_quiet=is_quiet) as tell:
        yield None if tell is None else partial(tell, what)


class _Bars:
    """A bar for each thing told of, until it is complete."""

    def __init__(self, shown: Progress, what: str) -> None:
        self._shown = shown
        self._bars: dict[str, TaskID] = {}
        self._before = shown.add_task(what, total=None)

    def tell(self, what: str, done: int, total: int) -> None:
        if total and done >= total:
            if what in self._bars:
                self._shown.remove_task(self._bars.pop(what))
        elif what in self._bars:
            self._shown.update(self._bars[what], completed=done, total=total or None)
        else:
            self._bars[what] = self._shown.add_task(escape(what), completed=done, total=total or None)
        self._shown.update(self._before, visible=not self._bars)


class _Counted(ProgressColumn):
    """How many are done, of how many, and how fast."""

    def render(self, task: Task) -> Text:
        """Write it; while a file is read its total is not known."""
        if task.total is None:
            return Text(f"{_spaced(task.completed)} read" if task.completed else "")
        counted = f"{_spaced(task.completed)} of {_spaced(task.total)}"
        return Text(f"{counted}, {_spaced(task.speed)}/s" if task.speed else counted)


def _spaced(count: SupportsInt) -> str:
    return f"{int(count):,}".replace(",", " ")


@contextmanager
def live_view() -> Iterator[Callable[[RenderableType], None]]:
    """Show what changes in one place of the screen, and take it away at the end; in a pipe nothing is shown."""
    if not is_seen():
        yield lambda _what: None
        return
    with Live(console=out(), auto_refresh=False, transient=True) as view:
        yield lambda what: view.update(what, refresh=True)


def write_privately(path: Path, text: str) -> None:
    """Write a text that may name persons: for its owner's eyes alone, and never through a link."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        file.write(text)
