"""What is said in a mail, by language and kind of document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hub.model.documents import DocumentKind as Kind
from hub.model.documents import Language

COLLECTION = frozenset({Kind.DEMAND, Kind.RESIDUAL_DEMAND, Kind.WARNING})
"""Letters whose kind is nobody's business but the debtor's: it stands in no subject."""


class Words(NamedTuple):
    """All that is said in one language; `names` are those of the kinds."""

    names: Mapping[Kind, str]
    hello: str
    enclosed: str
    letter: str
    sent_by: str
    to_pay: str
    first_instalment: str
    drawn: str
    due_date: str
    reference: str
    account: str
    nothing_to_pay: str
    is_drawn: str
    answer: str
    automatic: str
    attachment: str


SWEDISH = Words(
    names={
        Kind.INVOICE: "Faktura",
        Kind.CREDIT_NOTE: "Kreditfaktura",
        Kind.CANCELLATION_NOTICE: "Makuleringsavi",
        Kind.REPLACEMENT_INVOICE: "Ersättningsfaktura",
        Kind.INVOICE_COPY: "Fakturakopia",
        Kind.INTEREST_INVOICE: "Räntefaktura",
        Kind.REMINDER: "Påminnelse",
        Kind.DEMAND: "Inkassokrav",
        Kind.RESIDUAL_DEMAND: "Restkrav",
        Kind.WARNING: "Varning",
        Kind.INSTALMENT_PLAN: "Avbetalningsplan",
        Kind.DIRECT_DEBIT_INVOICE: "Faktura",
        Kind.STATEMENT_OF_ACCOUNT: "Kontoutdrag",
    },
    hello="Hej!",
    enclosed="Här kommer ett dokument till dig som pdf: {name}.",
    letter="Brev",
    sent_by="från {sender}",
    to_pay="Att betala",
    first_instalment="Första delbetalningen",
    drawn="Belopp",
    due_date="Förfallodatum",
    reference="OCR-nummer eller referens",
    account="Konto",
    nothing_to_pay="Du behöver inte betala något för det här dokumentet.",
    is_drawn="Beloppet dras från ditt konto genom autogiro. Du behöver inte betala själv.",
    answer="Har du frågor? Skriv till {address}.",
    automatic="Det här mejlet skickades automatiskt.",
    attachment="Bilaga",
)

ENGLISH = Words(
    names={
        Kind.INVOICE: "Invoice",
        Kind.CREDIT_NOTE: "Credit note",
        Kind.CANCELLATION_NOTICE: "Cancellation notice",
        Kind.REPLACEMENT_INVOICE: "Replacement invoice",
        Kind.INVOICE_COPY: "Invoice copy",
        Kind.INTEREST_INVOICE: "Interest invoice",
        Kind.REMINDER: "Reminder",
        Kind.DEMAND: "Collection demand",
        Kind.RESIDUAL_DEMAND: "Residual demand",
        Kind.WARNING: "Warning",
        Kind.INSTALMENT_PLAN: "Instalment plan",
        Kind.DIRECT_DEBIT_INVOICE: "Invoice",
        Kind.STATEMENT_OF_ACCOUNT: "Statement of account",
    },
    hello="Hello,",
    enclosed="Here is a document for you as a PDF file: {name}.",
    letter="Letter",
    sent_by="from {sender}",
    to_pay="To pay",
    first_instalment="First instalment",
    drawn="Amount",
    due_date="Due date",
    reference="OCR number or reference",
    account="Account",
    nothing_to_pay="You do not need to pay anything for this document.",
    is_drawn="The amount is drawn from your account by direct debit. You do not need to pay it yourself.",
    answer="Any questions? Write to {address}.",
    automatic="This message was sent automatically.",
    attachment="Attachment",
)

WORDS: Mapping[Language, Words] = {Language.SV: SWEDISH, Language.EN: ENGLISH}

ACCOUNTS: Mapping[str, str] = {"bankgiro": "Bankgiro", "plusgiro": "Plusgiro", "iban": "IBAN"}
"""What the kinds of payee accounts are called, the same in both languages."""
