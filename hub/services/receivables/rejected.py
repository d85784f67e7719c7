"""The list of rejected rows, written beside the file so that it can be corrected and sent again."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import PurePath

from hub.model.import_rows import RejectedRow

SUFFIX = ".rejected.csv"
_OWN_COLUMNS = ("line", "field", "code", "reason")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def rejected_name(file_name: str) -> str:
    """Return the name of the list for a file: `invoices.csv` gives `invoices.csv.rejected.csv`."""
    return PurePath(file_name).name + SUFFIX


def rejected_csv(rows: Sequence[RejectedRow]) -> str:
    """Return the list as CSV text: line, field, code and reason, then the row's own columns as they stood.

    One row of the list for each rejected row; several problems are divided by vertical bars.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row.cells))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_plain(name) for name in (*_OWN_COLUMNS, *columns)])
    for row in rows:
        reasons = [" | ".join(parts) for parts in zip(*row.problems, strict=True)] or ["", "", ""]
        writer.writerow([row.line, *reasons, *(_plain(row.cells.get(name, "")) for name in columns)])
    return out.getvalue()


def _plain(text: str) -> str:
    """Keep a spreadsheet from taking a hostile cell for a formula; a number keeps its sign."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    is_number = whole[1:].replace(",", "").replace(".", "").replace(" ", "").isdigit()
    return f"'{whole}" if whole.startswith(_FORMULA_STARTS) and not is_number else whole
