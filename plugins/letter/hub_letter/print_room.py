"""The inside of the printer on this machine: batches taken, letters printed once, reports written.

It imports nothing of the adapter: it reads a batch as a printer would who has only the README.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock

from lxml import etree

from hub_letter.print_memory import Printed, batches_in, recall, remember

POSTED, REJECTED, RETURNED = "posted", "rejected", "returned"
_OF_LETTERS = {
    "reject_address": (REJECTED, "address"),
    "reject": (REJECTED, "layout"),
    "return_letter": (RETURNED, "moved"),
}
_OF_REPORTS = ("no_report", "repeated_report", "garbled_report")
PAPER_FAULTS = (*_OF_LETTERS, *_OF_REPORTS)
_BATCH = re.compile(r"(batch|archive)-[0-9a-f-]{36}\.zip")
_PASSED_ON = "archive-"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
_AT = "2026-11-23T10:00:00+01:00"


class PrintRoom:
    """Folders on this disk: batches come in, are taken away, and reports go out; what was taken before still counts."""

    def __init__(self, inbox: Path, reports: Path, taken: Path) -> None:
        self._inbox, self._reports, self._taken = inbox, reports, taken
        self._lock = Lock()
        self._faults: Counter[str] = Counter()
        self._report_no = 0
        self.letters: list[Printed] = []
        self.batches: dict[str, str] = {}  # by name: the SHA-256 of what was printed under it
        self.unreadable: list[str] = []

    def open(self) -> None:
        """Make the folders, and look at what has been taken before."""
        for folder in (self._inbox, self._reports, self._taken):
            folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            for batch in batches_in(self._taken):
                if batch.name not in self.batches:
                    self._recall(batch)

    def order(self, fault: str, times: int) -> None:
        """Let so many letters or reports go wrong."""
        with self._lock:
            self._faults[fault] += times

    def delivered(self) -> Sequence[Printed]:
        """Return the letters that debtors got."""
        with self._lock:
            return [letter for letter in self.letters if letter.status == POSTED]

    def work(self) -> None:
        """Take every finished batch, print it if its name is new, and report."""
        with self._lock:
            for file in sorted(self._inbox.iterdir()):
                if _BATCH.fullmatch(file.name):
                    self._take(file)

    def report(self, batch: str, lines: Sequence[str]) -> None:
        """Write a report on a batch, under a name of its own, whole or not at all."""
        self._report_no += 1
        text = "\r\n".join(["attempt_id;status;code;at", *lines, ""])
        begun = self._reports / f"{batch}-{self._report_no}.ack.csv.part"
        begun.write_text(text, encoding="utf-8", newline="")
        begun.rename(begun.with_suffix(""))

    def _take(self, file: Path) -> None:
        if file.name in self.batches:
            file.unlink()  # a name is printed once; what was printed under it stays
            return
        content = file.read_bytes()
        batch = file.rename(self._taken / file.name)
        found = self._read(batch.name, content)
        if found is None:
            return
        printed = [self._print(batch.stem, *letter) for letter in found]
        remember(batch, printed)
        self.letters += printed
        if not batch.name.startswith(_PASSED_ON):  # of an archive of the sender's own there are no numbers to tell
            self._tell(batch.stem, printed)

    def _recall(self, batch: Path) -> None:
        """Count a batch of an earlier process; where that did not come to write what became of it, it was posted."""
        found = self._read(batch.name, batch.read_bytes())
        kept = recall(batch)
        self.letters += [Printed(batch.stem, *letter, POSTED, "") for letter in found or ()] if kept is None else kept

    def _read(self, name: str, content: bytes) -> list[tuple[str, str, str, str]] | None:
        """Return the letters of a batch, and note its name; None when it cannot be read."""
        self.batches[name] = hashlib.sha256(content).hexdigest()
        try:
            return list(_letters(content))
        except (zipfile.BadZipFile, KeyError, ValueError, etree.XMLSyntaxError):
            self.unreadable.append(name)
            return None

    def _print(self, batch: str, id: str, recipient: str, document: str, sha256: str) -> Printed:
        fault = next((name for name in _OF_LETTERS if self._is_ordered(name)), None)
        status, code = (POSTED, "") if fault is None else _OF_LETTERS[fault]
        return Printed(batch, id, recipient, document, sha256, status, code)

    def _tell(self, batch: str, printed: Sequence[Printed]) -> None:
        lines = [line for letter in printed for line in _steps(letter)]
        if self._is_ordered("no_report"):
            return
        if self._is_ordered("garbled_report"):
            lines[1:1] = [
                "\x00\x01 half a li",
                'x;"posted',
                f"{printed[0].id};vanished;;{_AT}",
                f"{printed[0].id};posted",
            ]
        self.report(batch, lines)
        if self._is_ordered("repeated_report"):
            self.report(batch, [*lines, *lines])

    def _is_ordered(self, fault: str) -> bool:
        if self._faults[fault] < 1:
            return False
        self._faults[fault] -= 1
        return True


def _steps(letter: Printed) -> Iterator[str]:
    steps = ("received",) if letter.status == REJECTED else ("received", "printed")
    if letter.status == RETURNED:
        steps = (*steps, POSTED)
    yield from (f"{letter.id};{step};;{_AT}" for step in steps)
    yield f"{letter.id};{letter.status};{letter.code};{_AT}"


def _letters(content: bytes) -> Iterator[tuple[str, str, str, str]]:
    """Yield (id, recipient, document, SHA-256 of the PDF) of each letter; all members must be whole."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if archive.testzip() is not None:
            raise zipfile.BadZipFile("damaged")
        yield from _of_manifest(archive) if "manifest.csv" in archive.namelist() else _of_index(archive)


def _of_manifest(archive: zipfile.ZipFile) -> Iterator[tuple[str, str, str, str]]:
    text = archive.read("manifest.csv").decode("utf-8")
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";", strict=True):
        sha256 = hashlib.sha256(archive.read(row["file"])).hexdigest()
        if sha256 != row["sha256"]:
            raise ValueError("another PDF than the manifest says")
        for attached in row["attachments"].split():
            archive.getinfo(attached)
        yield row["attempt_id"], row["name"].removeprefix("'"), row["attempt_id"], sha256


def _of_index(archive: zipfile.ZipFile) -> Iterator[tuple[str, str, str, str]]:
    for entry in etree.fromstring(archive.read("ArchiveIndex.xml"), _PARSER):
        said = {str(field.tag): (field.text or "").strip() for field in entry}
        sha256 = hashlib.sha256(archive.read(said["filename"])).hexdigest()
        yield said.get("leveransid", ""), said["kund_namn1"], said["fakturanr"], sha256
