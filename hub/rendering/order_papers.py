"""Papers to the enforcement authority as PDF: the form of an application, letters that change one, enforcement."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from hub.model.order_to_pay_application import OrderMessage
from hub.rendering.compiler import ORDER_FORM, compiled_pdf, compiled_pictures
from hub.rendering.order_changes import change_data
from hub.rendering.order_enforcement import enforcement_data
from hub.rendering.order_form import form_data


def order_paper_pdf(message: OrderMessage) -> bytes:
    """Return what the authority is told as a PDF (PDF/A-3a and PDF/UA-1); the same message gives the same bytes.

    Raises:
        DocumentError: it cannot be printed.
    """
    data = paper_data(message)
    return compiled_pdf(_inputs(data), date(*data["issued"]), main=ORDER_FORM)


def order_paper_pictures(message: OrderMessage, *, dots_per_inch: int = 72) -> list[bytes]:
    """Return a PNG of each page, to be looked at. Raises as `order_paper_pdf`."""
    return compiled_pictures(_inputs(paper_data(message)), dots_per_inch=dots_per_inch, main=ORDER_FORM)


def paper_data(message: OrderMessage) -> dict[str, Any]:
    """Return every text of a paper, in its place."""
    if message.enforcement is not None:
        return enforcement_data(message.application, message.enforcement)
    if message.change is not None:
        return change_data(message.application, message.change)
    return form_data(message.application)


def _inputs(data: Mapping[str, Any]) -> Mapping[str, str]:
    return {"form": json.dumps(data, ensure_ascii=False, separators=(",", ":"))}
