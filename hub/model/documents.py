"""A document that goes to a debtor, as the core ledger hands it over: one object for paper and every network.

Amounts are kronor as text in JSON and whole öre in Python, dates ISO. A document never changes: what is to be said
anew is a new version.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints, model_validator

from hub.model.import_rows import LARGEST_VERSION, LongText, Number, ShortText
from hub.model.kronor import Kronor
from hub.model.parties import Debtor, DebtorClass, class_of
from hub.model.setting_values import CompanyNumber, CurrencyCode


class DocumentKind(StrEnum):
    """What is said to the debtor."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    CANCELLATION_NOTICE = "cancellation_notice"  # makuleringsavi: what was sent is not to be paid
    REPLACEMENT_INVOICE = "replacement_invoice"  # ersättningsfaktura: what remains after deductions
    INVOICE_COPY = "invoice_copy"
    INTEREST_INVOICE = "interest_invoice"
    REMINDER = "reminder"
    DEMAND = "demand"  # inkassokrav
    RESIDUAL_DEMAND = "residual_demand"  # restkrav
    WARNING = "warning"
    INSTALMENT_PLAN = "instalment_plan"
    DIRECT_DEBIT_INVOICE = "direct_debit_invoice"  # the money is drawn by autogiro: no slip


class Language(StrEnum):
    """What the debtor reads."""

    SV = "sv"
    EN = "en"


INVOICES = frozenset(
    {
        DocumentKind.INVOICE,
        DocumentKind.CREDIT_NOTE,
        DocumentKind.REPLACEMENT_INVOICE,
        DocumentKind.INVOICE_COPY,
        DocumentKind.INTEREST_INVOICE,
        DocumentKind.DIRECT_DEBIT_INVOICE,
    }
)
"""Kinds with lines and VAT; the others are letters about what is owed."""

WITHOUT_PAYMENT = frozenset({DocumentKind.CREDIT_NOTE, DocumentKind.CANCELLATION_NOTICE})

MOST_LINES = 5_000
Text = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
"""Running text; line feeds part paragraphs."""


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("must be a date such as 2026-11-30") from None


Day = Annotated[str, AfterValidator(_day)]
"""A date by ISO 8601."""


class VatCategory(StrEnum):
    """How value added tax is handled, by the codes of EN 16931 (UNCL 5305)."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    EU_GOODS = "K"
    EXPORT = "G"
    OUTSIDE = "O"  # not subject to VAT, as fees and interest are


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Period(_Part):
    """What time something is for; both days count."""

    first_day: Day
    last_day: Day


class AllowanceOrCharge(_Part):
    """A discount (*rabatt*) or charge, of a line or of the whole; the amount is never below zero."""

    is_charge: bool = False
    text: LongText = ""
    reason_code: ShortText = Field(default="", description="UNCL 5189 of an allowance, 7161 of a charge.")
    amount_ore: Kronor = Field(alias="amount", ge=0)
    vat_category: VatCategory = VatCategory.STANDARD
    vat_rate_percent: Decimal = Field(default=Decimal(25), ge=0, le=100)

    @property
    def signed_ore(self) -> int:
        """What it adds to the amount."""
        return self.amount_ore if self.is_charge else -self.amount_ore


class DocumentLine(_Part):
    """One line (*fakturarad*); `amount` is without VAT and after its allowances and charges."""

    text: LongText
    note: Text = ""
    article_number: ShortText = ""
    quantity: Decimal = Field(default=Decimal(1), max_digits=18, decimal_places=6)
    unit: ShortText = Field(default="C62", description="UN/ECE Recommendation 20; C62 is one piece.")
    unit_text: ShortText = Field(default="", description="The unit as people write it; left out: by its code.")
    price: Decimal | None = Field(default=None, max_digits=18, decimal_places=6, description="Of one unit, no VAT.")
    amount_ore: Kronor = Field(alias="amount")
    vat_category: VatCategory = VatCategory.STANDARD
    vat_rate_percent: Decimal = Field(default=Decimal(25), ge=0, le=100)
    allowances: tuple[AllowanceOrCharge, ...] = ()
    period: Period | None = None
    order_line: ShortText = ""


class VatRow(_Part):
    """The value added tax of one category and rate."""

    vat_category: VatCategory = VatCategory.STANDARD
    vat_rate_percent: Decimal = Field(default=Decimal(25), ge=0, le=100)
    base_ore: Kronor = Field(alias="base")
    vat_ore: Kronor = Field(alias="vat")
    exemption_reason: LongText = ""
    exemption_code: ShortText = ""


class Deduction(_Part):
    """What is taken off before the rest is to be paid: a payment, a credit."""

    text: LongText = ""
    amount_ore: Kronor = Field(alias="amount", gt=0)


class Claim(_Part):
    """One receivable that a letter is about; what is left out is not printed."""

    number: Number
    text: LongText = ""
    invoice_date: Day | None = None
    due_date: Day | None = None
    original_ore: Kronor | None = Field(default=None, alias="original")
    open_ore: Kronor = Field(alias="open")
    interest_ore: Kronor = Field(default=0, alias="interest")
    fee_ore: Kronor = Field(default=0, alias="fee")

    @property
    def total_ore(self) -> int:
        """What is asked for it."""
        return self.open_ore + self.interest_ore + self.fee_ore


class Instalment(_Part):
    """One payment of a plan (*delbetalning*)."""

    due_date: Day
    amount_ore: Kronor = Field(alias="amount", gt=0)
    reference: ShortText = ""


class Attachment(_Part):
    """A file that goes with the document (*bilaga*)."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^/\\\x00-\x1f]+$")]
    content_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]+$")] = "application/pdf"
    content: bytes = Field(repr=False)

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Document(_Part):
    """A document as it was handed over. It is one by company, source system, kind, number, version and copy."""

    kind: DocumentKind = DocumentKind.INVOICE
    company: CompanyNumber = Field(default="", validate_default=False, description="Left out: the tenant's only one.")
    source_system: ShortText = ""
    number: Number
    version: Annotated[StrictInt, Field(ge=1, le=LARGEST_VERSION)] = 1
    copy_no: Annotated[StrictInt, Field(ge=0, le=LARGEST_VERSION)] = Field(
        default=0, description="Which copy of the same (*fakturakopia*); 0 is the original."
    )
    language: Language = Language.SV
    currency: CurrencyCode = "SEK"
    issue_date: Day
    due_date: Day | None = None
    delivery_date: Day | None = None
    period: Period | None = None
    debtor: Debtor
    buyer_reference: ShortText = Field(default="", description="What the buyer wants to find it by (BT-10).")
    order_reference: ShortText = ""
    contract_reference: ShortText = ""
    our_reference: ShortText = ""
    refers_to: LongText = Field(default="", description="What it is for, in a line (*fakturan avser*).")
    credits_number: ShortText = Field(default="", description="The invoice that it credits, cancels or replaces.")
    credits_date: Day | None = None
    lines: tuple[DocumentLine, ...] = Field(default=(), max_length=MOST_LINES)
    allowances: tuple[AllowanceOrCharge, ...] = Field(default=(), description="On the whole document.")
    vat: tuple[VatRow, ...] = Field(default=(), description="Left out: by the lines.")
    claims: tuple[Claim, ...] = Field(default=(), max_length=MOST_LINES)
    instalments: tuple[Instalment, ...] = ()
    deductions: tuple[Deduction, ...] = Field(default=(), description="Paid or credited before.")
    rounding_ore: Kronor = Field(default=0, alias="rounding", ge=-99, le=99)
    to_pay_ore: Kronor | None = Field(default=None, alias="to_pay", description="Left out: by the rest of it.")
    payee_account: ShortText = Field(default="", description="Such as `bankgiro:991-2346`; left out: the reference's.")
    reference: ShortText = Field(default="", description="What the payer is to write (*OCR-nummer*).")
    notes: tuple[Text, ...] = Field(default=(), description="Paragraphs below the lines.")
    attachments: tuple[Attachment, ...] = ()

    @property
    def key(self) -> str:
        """The document's name within its tenant: the same for the same document, however often it is handed over."""
        parts = (self.company.lstrip("0"), self.source_system, self.kind, self.number, self.version, self.copy_no)
        return ":".join(str(part) for part in parts)

    def as_json(self) -> bytes:
        """Write it the one way that the same document is always written."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True).encode()

    @property
    def debtor_class(self) -> DebtorClass:
        """What kind of debtor it is."""
        return self.debtor.debtor_class or class_of(self.debtor.identity)

    @model_validator(mode="after")
    def _kind_has_its_parts(self) -> Self:
        if self.kind in INVOICES and self.claims:
            raise ValueError(f"claims belong to letters; a document of kind {self.kind} has lines")
        if self.kind in INVOICES and not self.lines:
            raise ValueError(f"a document of kind {self.kind} needs lines")
        if self.kind is DocumentKind.INSTALMENT_PLAN and not self.instalments:
            raise ValueError("an instalment plan needs instalments")
        return self
