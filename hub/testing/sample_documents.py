"""Documents to try channels on: one of every kind, odd ones, debtors with test numbers, and a PDF of any size."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hub.model.delivery import Recipient
from hub.model.documents import INVOICES, Attachment, Document, DocumentKind
from hub.model.parties import Debtor, DebtorClass
from hub.rules.delivery.totals import totals_of

PERSON = Debtor.model_validate(
    {
        "name": "Tolvan Tolvansson",
        "number": "40017",
        "identity": "191212121212",
        "address": {"street": "Exempelgatan 12 B", "postal_code": "602 16", "city": "Nordvik"},
        "email": "tolvan.tolvansson@nordvik.example",
        "email_consent": True,
    }
)
"""Known by everything that a person is reached by; the number is the tax agency's for examples."""

COMPANY = Debtor.model_validate(
    {
        "name": "Björkdals Snickeri & Bygg AB",
        "number": "20731",
        "identity": "5566778899",
        "debtor_class": "company",
        "vat_number": "SE556677889901",
        "address": {"street": "Box 117", "postal_code": "603 22", "city": "Nordvik"},
        "email": "faktura@bjorkdal.example",
        "email_consent": True,
        "e_invoice_address": "0007:5566778899",
        "contact": "Åsa Lundqvist",
    }
)
"""The same for a company."""

STRANGER = Debtor.model_validate({"name": "Frida Kranstege", "number": "40018"})
"""Of whom nothing is known but a name: no network and no mail leads there."""

_CLAIM = {
    "number": "010004711",
    "text": "Elnät oktober 2026",
    "invoice_date": "2026-09-02",
    "due_date": "2026-09-30",
    "original": "977",
    "open": "977",
    "interest": "11.25",
    "fee": "60",
}
_COMPANY_NUMBER, _ACCOUNT, _REFERENCE = "1", "bankgiro:9912346", "01000471118"
_ABOUT_ANOTHER = {DocumentKind.CREDIT_NOTE, DocumentKind.REPLACEMENT_INVOICE, DocumentKind.CANCELLATION_NOTICE}
_NOT_PAID_BY_GIRO = {
    DocumentKind.CREDIT_NOTE, DocumentKind.CANCELLATION_NOTICE, DocumentKind.DIRECT_DEBIT_INVOICE,
    DocumentKind.STATEMENT_OF_ACCOUNT,
}  # fmt: skip


@lru_cache(maxsize=1024)
def sample_document(
    kind: DocumentKind = DocumentKind.INVOICE, number: str = "1001", debtor: Debtor = PERSON
) -> Document:
    """Return a plain document of a kind, as complete as the core hands it to a channel."""
    return _completed({**_fields(kind), "number": number, "debtor": debtor})


def payable_copy(debtor: Debtor = PERSON) -> Document:
    """Return the copy of a direct debit that its receiver is to pay after all."""
    table = sample_document(DocumentKind.DIRECT_DEBIT_INVOICE, "1002", debtor).model_dump(by_alias=True)
    return _completed({**table, "copy_no": 1, "reference": _REFERENCE})


def documents_with_attachments(debtor: Debtor = PERSON) -> list[Document]:
    """Return a document of every kind with a PDF behind it, and one with a table besides; no two files are equal."""
    found = []
    for kind in DocumentKind:
        for number, are_mixed in ((f"{kind}-a", False), (f"{kind}-b", True)):
            terms = Attachment(name=f"{number}.pdf", content=sample_pdf(f"Villkor {number}"))
            table = Attachment(name=f"{number}.csv", content_type="text/csv", content=f"{number};1,00\n".encode() * 9)
            attachments = (terms, table) if are_mixed else (terms,)
            found.append(sample_document(kind, number, debtor).model_copy(update={"attachments": attachments}))
    return found


def odd_documents(debtor: Debtor) -> Mapping[str, Document]:
    """Return invoices that are right and strange, each with what is strange about it."""
    plain = sample_document(debtor=debtor)
    nowhere = STRANGER.model_copy(update={"name": "X"})
    changes: dict[str, dict[str, Any]] = {
        "a number like a path": {"number": "../../etc/passwd"},
        "a number of signs": {"number": "<&>\"';|%s{0} é"},
        "letters of the world": {"refers_to": "漢字 ﷽ \u202e omvänt \U0001f600 e\u0301"},
        "as long as can be": {"number": "9" * 30, "refers_to": "x" * 200, "notes": ("y" * 2000,) * 20},
        "no address at all": {"debtor": nowhere},
        "a very large amount": _lines_of("999999999999.99"),
        "nothing to pay": _lines_of("0.00"),
        "euro": {"currency": "EUR"},
        "no reference": {"reference": ""},
        "a long time ago": {"issue_date": "1999-01-01", "due_date": "1999-01-31"},
    }
    table = plain.model_dump(by_alias=True, exclude_defaults=True)
    return {name: _completed({**table, "to_pay": None, **change}) for name, change in changes.items()}


def hostile_recipients() -> list[Recipient]:
    """Return recipients as nobody should hand them over: blank, garbage, much too long."""
    long = "9" * 100_000
    numbers = ("19121212-1212", "0" * 12, "000000-0000", "１９１２１２１２１２１２", "\x00\r\n", "abc", "-", long)
    mails = ("@", "a@b@c", "a@b\r\nBcc: c@d", "<a@b>", "a b@c.d", f"{'a' * 10_000}@b.example", "ä@ö.example", "a@xn--")
    found = [Recipient("blank"), Recipient("named", name="\u202e<script>\x00" * 1000)]
    found += [Recipient(f"number {at}", "N N", number) for at, number in enumerate(numbers)]
    found += [Recipient(f"company {at}", "N N", number, DebtorClass.COMPANY) for at, number in enumerate(numbers)]
    found += [Recipient(f"mail {at}", "N N", email=mail) for at, mail in enumerate(mails)]
    found += [
        Recipient(f"address {at}", e_invoice_address=text) for at, text in enumerate((":", "0007:", "9:9:9", long))
    ]
    return [*found, Recipient("bank", e_bank_address="\x00"), Recipient("land", country="??", vat_number="SE")]


def sample_pdf(text: str, *, size: int = 0) -> bytes:
    """Return a whole PDF of one A4 page that says a text, filled up to about a size in bytes."""
    line = text.encode("latin-1", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    drawing = b"BT /F1 12 Tf 72 770 Td (%s) Tj ET" % line
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (size, bytes(size)),
    ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(content))
    return content + head + table + end


def _completed(fields: Mapping[str, Any]) -> Document:
    document = Document.model_validate(fields)
    return document.model_copy(update={"to_pay_ore": totals_of(document).to_pay_ore})


def _fields(kind: DocumentKind) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "kind": kind,
        "company": _COMPANY_NUMBER,
        "issue_date": "2026-11-23",
        "due_date": "2026-12-23",
        **(_lines_of("100.00") if kind in INVOICES else _claims_of(kind)),
    }
    if kind not in _NOT_PAID_BY_GIRO:
        fields |= {"payee_account": _ACCOUNT, "reference": _REFERENCE}
    if kind is DocumentKind.DIRECT_DEBIT_INVOICE:
        fields["payee_account"] = _ACCOUNT
    if kind in _ABOUT_ANOTHER:
        fields |= {"credits_number": "010004711", "credits_date": "2026-09-02"}
    return fields


def _lines_of(amount: str) -> dict[str, Any]:
    return {"lines": [{"text": "Elnät november 2026", "amount": amount}]}


def _claims_of(kind: DocumentKind) -> dict[str, Any]:
    if kind is not DocumentKind.INSTALMENT_PLAN:
        return {"claims": [_CLAIM]}
    parts = [("2026-12-28", "524.25", "10025"), ("2027-01-28", "524.00", "10033")]
    return {
        "claims": [_CLAIM],
        "instalments": [{"due_date": day, "amount": part, "reference": reference} for day, part, reference in parts],
        "due_date": None,
    }
