"""Documents and PDFs that the tests of letters are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.model.delivery import Outgoing, Recipient
from hub.model.documents import Document

PERSON = "191212121212"


def pdf(text: str = "page", pages: int = 1) -> bytes:
    """A PDF as far as a printer's clerk looks: objects in the open, one for each page."""
    objects = "".join(f"{at} 0 obj<</Type /Page /Note ({text})>>endobj\n" for at in range(3, 3 + pages))
    content = (
        f"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count {pages}>>endobj\n{objects}"
    )
    return f"{content}xref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n{len(content)}\n%%EOF\n".encode()


def outgoing(delivery_id: str = "d-1", *, content: bytes | None = None, **changed: Any) -> Outgoing:
    """A document for one debtor; `debtor`, `address` and others of the document may be changed."""
    address: Mapping[str, Any] = {
        "street": "Storgatan 1",
        "postal_code": "11418",
        "city": "Stockholm",
        **changed.pop("address", {}),
    }
    debtor = {
        "name": "Åsa Öberg",
        "number": "4711",
        "identity": PERSON,
        **changed.pop("debtor", {}),
        "address": address,
    }
    fields = {
        "number": f"F{delivery_id}",
        "issue_date": "2026-11-20",
        "due_date": "2026-12-20",
        "reference": "123456782",
        "payee_account": "bankgiro:991-2346",
        "to_pay": "1250.00",
        "lines": [{"text": "Water", "amount": "1000.00"}],
        **changed,
    }
    document = Document.model_validate({**fields, "debtor": {**debtor, "address": address}})
    given = pdf(delivery_id) if content is None else content
    return Outgoing(delivery_id, document, Recipient(f"k-{delivery_id}", debtor["name"]), "", given)
