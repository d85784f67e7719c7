"""Stated totals and counted ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.errors import ControlTotalMismatch
from hub_bankgiro.record_files import Record


def agree(record: Record, field: str, stated: Mapping[str, Any], computed: int) -> None:
    """Compare one field of a last record. Raises ControlTotalMismatch."""
    if stated[field] != computed:
        raise ControlTotalMismatch(
            "a total of the file does not agree with its records",
            stated=stated[field],
            computed=computed,
            line=record.line,
            record=record.code,
            field=field,
        )
