"""Warnings up to a limit."""

from __future__ import annotations

from hub.formats.warning_limit import WarningLimit
from hub.model.payment_file import Warned


def test_each_kind_has_its_own_limit() -> None:
    limit = WarningLimit(1)

    shown = [limit.shows(Warned(code, "odd")) for code in ("A", "A", "B", "A")]

    assert shown == [True, False, True, False]
    assert list(limit.summaries()) == [Warned("A", "2 more of this kind in the file")]
