"""Records that were damaged on their way: TABs in place of blanks, letters lost or encoded twice.

A TAB hides how many blanks it stands for, so columns after it are not where the manual says. Text is kept as it is; in
a payment record the amount and what follows are found again from the right, and the reference is what remains. If two
answers are possible, or none, the record is refused: nothing is guessed.
"""

from __future__ import annotations

import re

from hub.errors import FormatError
from hub.formats.fixed_width import RECORD_WIDTH, RecordLayout
from hub.formats.record_stream import Grid
from hub_bankgiro.layouts.bgmax import LAYOUTS
from hub_bankgiro.oddities import Oddities

DAMAGED = re.compile("\ufffd|ï¿½|Ã[\x80-\xbf\u2013\u201e\u2026]")
REFERENCE_RECORDS = ("20", "21", "22", "23")
FIXED_RECORDS = ("01", "05", "15", "70")
LAST_POSITIONS = {"21": (71, 57)}  # with a deduction code; without a serial number
USUAL_LAST_POSITIONS = (70, 57)  # the image mark; the channel, when there is no serial number
TAB_STOP = 8  # what editors expand a TAB to at most


def repaired(grid: Grid, oddities: Oddities) -> str:
    """Return the grid's text without TABs, and note what was damaged. Raises FormatError."""
    text = grid.text
    if "\t" in text:
        text = _without_tabs(grid, oddities)
    if "\ufffd" in text or "Ã" in text or "ï" in text:
        _note_damage(text, grid.first_line, oddities)
    return text


def _note_damage(text: str, first_line: int, oddities: Oddities) -> None:
    noted = 0
    for match in DAMAGED.finditer(text):
        line = first_line + match.start() // (RECORD_WIDTH + 1)
        if line > noted:
            record = text[match.start() // (RECORD_WIDTH + 1) * (RECORD_WIDTH + 1) :][:2]
            oddities.note("DAMAGED_TEXT", "letters were lost or encoded twice", line, record)
            noted = line


def _without_tabs(grid: Grid, oddities: Oddities) -> str:
    records = grid.text.split("\n")
    for index, record in enumerate(records):
        if "\t" in record:
            line = grid.first_line + index
            oddities.note("TAB", "TABs stand in place of blanks", line, record[:2])
            records[index] = _without_tab(record, line)
    return "\n".join(records)


def _without_tab(record: str, line: int) -> str:
    code = record[:2]
    if not record[record.index("\t") :].strip():
        return record.replace("\t", " ")
    if code in REFERENCE_RECORDS:
        return _realigned(record, line)
    if code in FIXED_RECORDS:
        raise _refusal(record, line)
    return record.replace("\t", " ")


def _realigned(record: str, line: int) -> str:
    """Widen the first TAB until the record ends where it should."""
    ends = LAST_POSITIONS.get(record[:2], USUAL_LAST_POSITIONS)
    layout = LAYOUTS[record[:2]]
    found = [wide for end in ends if (wide := _widened(record, end, layout))]
    if len(found) != 1:
        raise _refusal(record, line)
    return found[0]


def _widened(record: str, last_position: int, layout: RecordLayout) -> str:
    """Return the record with its last character at that position, or an empty text when it does not fit."""
    text = record.rstrip()
    missing = last_position - len(text)
    tabs = text.count("\t")
    if not 0 <= missing <= tabs * (TAB_STOP - 1):
        return ""
    start, _, rest = text.partition("\t")
    wide = (start + " " * (missing + 1) + rest.replace("\t", " ")).ljust(RECORD_WIDTH)
    return wide if layout.is_regular(wide) else ""


def _refusal(record: str, line: int) -> FormatError:
    return FormatError(
        "a TAB hides where the fields stand; ask the sender for the original file",
        code="TAB",
        line=line,
        record=record[:2],
    )
