"""What the printer on this machine remembers in its folder: the batches it took, and what became of each letter."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple


class Printed(NamedTuple):
    """One letter, and what became of it."""

    batch: str
    id: str
    recipient: str
    document: str
    sha256: str
    status: str
    code: str


def batches_in(taken: Path) -> Iterator[Path]:
    """Yield the batches that lie there."""
    yield from sorted(taken.glob("batch-*.zip"))


def remember(batch: Path, printed: Sequence[Printed]) -> None:
    """Write beside a batch what became of its letters, whole or not at all."""
    begun = batch.with_suffix(".json.part")
    begun.write_text(json.dumps(printed), encoding="utf-8")
    begun.replace(batch.with_suffix(".json"))


def recall(batch: Path) -> list[Printed] | None:
    """Return what became of its letters; None when the process ended before that was written."""
    try:
        kept = json.loads(batch.with_suffix(".json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return [Printed(*letter) for letter in kept]
