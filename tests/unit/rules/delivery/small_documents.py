"""Documents of a few words, for tests of rules."""

from __future__ import annotations

from typing import Any

from hub.model.company import Company
from hub.model.documents import Document
from hub.testing.example_tenant import company_settings

LINE = {"text": "Fjärrvärme", "amount": "100"}


def document(**changes: Any) -> Document:
    """Return an invoice of one line, 125.00 with VAT, with changes."""
    settings = {
        "number": "1001",
        "issue_date": "2026-11-02",
        "due_date": "2026-12-02",
        "debtor": {
            "name": "Tolvan Tolvansson",
            "address": {"street": "Gatan 1", "postal_code": "60216", "city": "Nordvik"},
        },
        "lines": [LINE],
        "reference": "1234567806",
    }
    return Document.model_validate({**settings, **changes})


def letter(kind: str, **changes: Any) -> Document:
    """Return a letter about one claim of 100.00, with changes."""
    return document(**{"kind": kind, "lines": (), "claims": [{"number": "1001", "open": "100"}], **changes})


def company(**changes: Any) -> Company:
    """Return the company that sends it, with changes."""
    return Company.model_validate(company_settings(**changes))
