"""How answers look: tables for people, JSON for scripts. Data goes to stdout, words about it to stderr.

Colour and progress only where a person looks: rich leaves them out in a pipe, and with NO_COLOR.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from pydantic import BaseModel
from rich import box
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from hub.money import format_kronor

PIPE_WIDTH = 10_000  # in a pipe nothing is cut to the width of a screen
AMOUNT = "right"

Column = str | tuple[str, str]
"""A heading, or a heading and how its cells are set: `right`, `keep` (never cut), `wrap`."""

STATE_STYLES: Mapping[str, str] = {
    "posted": "green",
    "done": "green",
    "duplicate": "cyan",
    "held": "yellow",
    "suspended": "yellow",
    "queued": "yellow",
    "quarantined": "red",
    "failed": "red",
}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Whoever read our answer has gone, such as `head`: nothing went wrong."""
        leave_quietly()


def leave_quietly() -> NoReturn:
    """End at once with nothing more written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(0)


def out() -> Console:
    """Return the console that answers go to."""
    console = _Console(file=sys.stdout, highlight=False)
    return console if console.is_terminal else _Console(file=sys.stdout, highlight=False, width=PIPE_WIDTH)


def err() -> Console:
    """Return the console that words go to."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def say(text: str, *, is_error: bool = False) -> None:
    """Say something to the person at the keyboard."""
    err().print(Text(f"hub: {text}" if is_error else text, style="red" if is_error else ""))


def answer_json(value: Any) -> None:
    """Answer with JSON on stdout."""
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
    out().print(table(columns, listed, is_plain=not out().is_terminal))


def table(columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, is_plain: bool = False) -> Table:
    """Make a table; a plain one has a heading, and rows without lines that no width cuts."""
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
        out().print(Text(title, style="bold"))


def show_fields(title: str, fields: Iterable[tuple[str, RenderableType]]) -> None:
    """Show names and values, one a line; what is empty is left out."""
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in fields:
        if value != "":
            made.add_row(name, Text(value) if isinstance(value, str) else value)
    show_title(title)
    out().print(made)
    if out().is_terminal:
        out().print()


def kronor(amount_ore: int, currency: str = "SEK") -> str:
    """Write öre as people read them; other currencies say which."""
    return format_kronor(amount_ore) if currency in ("SEK", "") else f"{format_kronor(amount_ore)} {currency}"


def by_currency(amounts_ore: Mapping[str, int]) -> str:
    """Write sums by currency, one after the other."""
    return ", ".join(f"{format_kronor(ore)} {currency}" for currency, ore in sorted(amounts_ore.items())) or "0,00"


def state(word: str) -> Text:
    """Write a state in its colour."""
    return Text(word, style=STATE_STYLES.get(word, ""))


def shortened(text: str, longest: int = 25) -> str:
    """Return a text on one line, cut at the width of an OCR reference."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def words(code: str) -> str:
    """Write a code as words: `unknown_reference` as `unknown reference`."""
    return code.replace("_", " ")


@contextmanager
def progress_bar(what: str, *, is_quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar while long work goes on, on a terminal only; yields what is told how far it has come."""
    console = err()
    if is_quiet or not console.is_terminal:
        yield None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def write_privately(path: Path, text: str) -> None:
    """Write a text that may name persons: for its owner's eyes alone, and never through a link."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        file.write(text)
