"""Expected results beside samples: `python -m hub.testing.golden MODULE:READER FOLDER` writes them all again.

Run it when a reader has changed on purpose, and read the difference in review: the reader is held to these files.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from hub.contracts import PaymentFileReader
from hub.errors import FormatError
from hub.model.payment_file import (
    Balance,
    Deduction,
    FileEvent,
    FileOpened,
    OtherEntry,
    Payment,
    Reversal,
    SectionClosed,
    SectionOpened,
    Warned,
)

SUFFIX = ".expected.json"
NO_SAMPLES = (".json", ".md", ".py", ".toml")
PLURALS = {Payment: "payments", Deduction: "deductions", Reversal: "reversals", OtherEntry: "other_entries"}


def sample_files(folder: Path) -> list[Path]:
    """Return the samples of a folder, by name: every file that is neither hidden nor a document about samples."""
    files = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    return sorted(path for path in files if path.suffix not in NO_SAMPLES and not path.name.startswith("."))


def golden_file(sample: Path) -> Path:
    """Return where the expected result of a sample lies."""
    return sample.with_name(sample.stem + SUFFIX)


def summary(events: Iterable[FileEvent]) -> dict[str, Any]:
    """Return what a file says as plain JSON: head, sections, counts, sums by currency, every entry, warnings.

    A reader's refusal becomes `error`, beside what came before it. Fields that have their default are left out.
    """
    seen = _Summary()
    try:
        for event in events:
            seen.take(event)
    except FormatError as error:
        place = {"line": error.line, "record": error.record, "field": error.field}
        seen.result["error"] = {"code": error.code, **{name: at for name, at in place.items() if at}}
    return seen.result


def read_summary(reader: PaymentFileReader, sample: Path) -> dict[str, Any]:
    """Return the summary of one sample."""
    with sample.open("rb") as stream:
        try:
            events = reader.read(stream)
        except FormatError as error:
            return {"error": {"code": error.code}}
        return summary(events)


class _Summary:
    def __init__(self) -> None:
        self.result: dict[str, Any] = {
            "file": {}, "sections": [], "counts": {}, "sums_ore": {}, "entries": [], "warnings": []
        }  # fmt: skip

    def take(self, event: FileEvent) -> None:
        if isinstance(event, FileOpened):
            self.result["file"] = _plain(event)
        elif isinstance(event, SectionOpened):
            self.result["sections"].append(_plain(event))
        elif isinstance(event, SectionClosed):
            self._section()["closed"] = _plain(event)
        elif isinstance(event, Balance):
            self._section().setdefault("balances", []).append(_plain(event))
        elif isinstance(event, Warned):
            self.result["warnings"].append(_plain(event))
        elif isinstance(event, Payment | Deduction | Reversal | OtherEntry):
            self._entry(event)

    def _section(self) -> dict[str, Any]:
        sections: list[dict[str, Any]] = self.result["sections"]
        return sections[-1] if sections else {}

    def _entry(self, event: Payment | Deduction | Reversal | OtherEntry) -> None:
        plural = PLURALS[type(event)]
        sums = self.result["sums_ore"].setdefault(event.currency, {})
        self.result["counts"][plural] = self.result["counts"].get(plural, 0) + 1
        sums[plural] = sums.get(plural, 0) + event.amount_ore
        section = len(self.result["sections"])
        self.result["entries"].append({"is": type(event).__name__, "section": section, **_plain(event)})


def _plain(value: Any) -> Any:
    """Return a NamedTuple as a dictionary without fields that have their default, and dates as text."""
    if isinstance(value, date):
        return value.isoformat()
    defaults: dict[str, Any] | None = getattr(value, "_field_defaults", None)
    if defaults is not None:
        fields = value._asdict().items()
        return {name: _plain(item) for name, item in fields if name not in defaults or item != defaults[name]}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def write_golden_files(make_reader: Callable[[], PaymentFileReader], folder: Path) -> list[Path]:
    """Write the expected result of every sample, each by a new reader, and return the files that have changed."""
    changed = []
    for sample in sample_files(folder):
        text = json.dumps(read_summary(make_reader(), sample), ensure_ascii=False, indent=1) + "\n"
        path = golden_file(sample)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the command; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m hub.testing.golden", description=__doc__)
    parser.add_argument("reader", help="MODULE:NAME of something that gives the reader when called without arguments")
    parser.add_argument("folder", type=Path, help="the folder of samples")
    given = parser.parse_args(arguments)
    module, _, name = given.reader.partition(":")
    changed = write_golden_files(getattr(import_module(module), name), given.folder)
    sys.stdout.writelines(f"written, read it in review: {path}\n" for path in changed)
    sys.stdout.write(f"{len(sample_files(given.folder))} samples, {len(changed)} expected results have changed\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
