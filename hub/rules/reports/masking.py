"""What of a sheet is left out unless it is asked for: the column of identities."""

from __future__ import annotations

from hub.model.sheets import Line, Sheet

IDENTITY = "identity"


def without_identity(sheet: Sheet) -> Sheet:
    """Return a sheet without its column of personal and organisation numbers, where it has one."""
    at = next((place for place, column in enumerate(sheet.columns) if column.name == IDENTITY), None)
    if at is None:
        return sheet
    lines = (Line(line.kind, (*line.cells[:at], *line.cells[at + 1 :]), line.label) for line in sheet.lines)
    return sheet._replace(columns=(*sheet.columns[:at], *sheet.columns[at + 1 :]), lines=lines)
