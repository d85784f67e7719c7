"""Amounts in one currency: what says another is never read as the document's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml.etree import QName

from hub.errors import FormatError


def refuse_other_currencies(root: Any, attribute: str, allowed_in: Callable[[Any], str]) -> None:
    """Raise FormatError for an amount in another currency than `allowed_in` says of its element.

    Read as the document's it would be another amount.
    """
    for element in root.iterfind(f".//*[@{attribute}]"):
        if element.get(attribute) != allowed_in(element):
            message = "an amount in another currency than the document's: ask its sender, or enter it by hand"
            raise FormatError(message, code="CURRENCY", field=QName(element).localname)
