"""A document that goes to a debtor, as the core ledger hands it over: one object for paper and every network.

Amounts are kronor as text in JSON and whole öre in Python, dates ISO. A document never changes: what is to be said
anew is a new version.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StrictInt, StringConstraints, model_validator

from hub.model.document_part import Day, DocumentPart, Percent
from hub.model.import_rows import LARGEST_VERSION, LongText, Number, ShortText
from hub.model.kronor import Kronor
from hub.model.letter_parts import AgedAmount, Claim, EarlierLetter
from hub.model.parties import Debtor, DebtorClass, PostalAddress, class_of
from hub.model.setting_values import CONTENT_TYPE, FILE_NAME, PARAGRAPHS, CompanyNumber, CurrencyCode, Switch


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
    STATEMENT_OF_ACCOUNT = "statement_of_account"  # kontoutdrag: all that is open, and asks for nothing


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

WITHOUT_PAYMENT = frozenset(
    {DocumentKind.CREDIT_NOTE, DocumentKind.CANCELLATION_NOTICE, DocumentKind.STATEMENT_OF_ACCOUNT}
)

MOST_LINES = 5_000
MOST_PARTS = 500  # of each other list: nobody reads more of them on paper
MOST_ON_A_LINE = 20  # discounts and charges
Text = Annotated[str, StringConstraints(max_length=2_000, pattern=PARAGRAPHS)]
"""Running text; line feeds part paragraphs."""


class VatCategory(StrEnum):
    """How value added tax is handled, by the codes of EN 16931 (UNCL 5305)."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    EU_GOODS = "K"
    EXPORT = "G"
    OUTSIDE = "O"  # not subject to VAT, as fees and interest are


class Period(DocumentPart):
    """What time something is for; both days count."""

    first_day: Day = Field(description="The first day.")
    last_day: Day = Field(description="The last day.")


class AllowanceOrCharge(DocumentPart):
    """A discount (*rabatt*) or charge, of a line or of the whole; the amount is never below zero."""

    is_charge: bool = Field(default=False, description="true: it adds to the amount; false: it is taken off.")
    text: LongText = Field(default="", description="What it is for.")
    reason_code: ShortText = Field(default="", description="UNCL 5189 of an allowance, 7161 of a charge.")
    amount_ore: Kronor = Field(alias="amount", ge=0, description="How much, without VAT.")
    vat_category: VatCategory = Field(
        default=VatCategory.STANDARD, description="Of the whole document's: how VAT is handled."
    )
    vat_rate_percent: Percent = Field(default=Decimal(25), description="Of the whole document's: VAT in per cent.")

    @property
    def signed_ore(self) -> int:
        """What it adds to the amount."""
        return self.amount_ore if self.is_charge else -self.amount_ore


class DocumentLine(DocumentPart):
    """One line (*fakturarad*); `amount` is without VAT and after its allowances and charges."""

    text: LongText = Field(description="What is sold.")
    note: Text = Field(default="", description="More about it, below the line.")
    article_number: ShortText = Field(default="", description="The seller's number of the article.")
    quantity: Decimal = Field(default=Decimal(1), max_digits=18, decimal_places=6, description="How much of it.")
    unit: ShortText = Field(default="C62", description="UN/ECE Recommendation 20; C62 is one piece.")
    unit_text: ShortText = Field(default="", description="The unit as people write it; left out: by its code.")
    price: Decimal | None = Field(
        default=None,
        max_digits=18,
        decimal_places=6,
        description="Of `price_quantity` units, no VAT.",
    )
    price_quantity: Decimal = Field(
        default=Decimal(1), gt=0, max_digits=18, decimal_places=6, description="How many units the price is for."
    )
    amount_ore: Kronor = Field(
        alias="amount", description="Of the line, without VAT, after its allowances and charges."
    )
    vat_category: VatCategory = Field(
        default=VatCategory.STANDARD,
        description="How VAT is handled: `S` standard, `Z` zero, `E` exempt, `AE` reverse charge, `K` goods within the "
        "EU, `G` export, `O` outside VAT.",
    )
    vat_rate_percent: Percent = Field(default=Decimal(25), description="VAT in per cent; 0 in every category but `S`.")
    allowances: tuple[AllowanceOrCharge, ...] = Field(
        default=(), max_length=MOST_ON_A_LINE, description="Discounts and charges that `amount` has in it."
    )
    period: Period | None = Field(default=None, description="The time that the line is for.")
    order_line: ShortText = Field(default="", description="The line of the buyer's order.")


class VatRow(DocumentPart):
    """The value added tax of one category and rate."""

    vat_category: VatCategory = Field(default=VatCategory.STANDARD, description="As on lines.")
    vat_rate_percent: Percent = Field(default=Decimal(25), description="VAT in per cent.")
    base_ore: Kronor = Field(alias="base", description="What the VAT is on.")
    vat_ore: Kronor = Field(alias="vat", description="The VAT.")
    exemption_reason: LongText = Field(default="", description="Why there is none, in words.")
    exemption_code: ShortText = Field(default="", description="Why there is none, by code (VATEX).")


class Deduction(DocumentPart):
    """What is taken off before the rest is to be paid: a payment, a credit."""

    text: LongText = Field(default="", description="What it is.")
    amount_ore: Kronor = Field(alias="amount", gt=0, description="How much is taken off.")


class Instalment(DocumentPart):
    """One payment of a plan (*delbetalning*)."""

    due_date: Day = Field(description="When it is to be paid.")
    amount_ore: Kronor = Field(alias="amount", gt=0, description="How much.")
    reference: ShortText = Field(default="", description="What the payer is to write with it.")
    details: tuple[LongText, ...] = Field(
        default=(), max_length=MOST_PARTS, description="What it pays of each claim, a line each."
    )


class Attachment(DocumentPart):
    """A file that goes with the document (*bilaga*)."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=FILE_NAME)] = Field(
        description="Name of the file, without folders."
    )
    content_type: Annotated[str, StringConstraints(pattern=CONTENT_TYPE)] = Field(
        default="application/pdf", description="What it is."
    )
    content: bytes = Field(repr=False, description="The file, as base64 text.")

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Document(DocumentPart):
    """A document as it was handed over. It is one by company, source system, kind, number, version and copy."""

    kind: DocumentKind = Field(default=DocumentKind.INVOICE, description="What it is; see the table of kinds.")
    company: CompanyNumber = Field(default="", validate_default=False, description="Left out: the tenant's only one.")
    source_system: ShortText = Field(default="", description="Where it was made (*försystem*).")
    number: Number = Field(description="The document's number; of a receivable that the hub has: that number.")
    version: Annotated[StrictInt, Field(ge=1, le=LARGEST_VERSION)] = Field(
        default=1, description="Raise it when the same document is to be said anew."
    )
    copy_no: Annotated[StrictInt, Field(ge=0, le=LARGEST_VERSION)] = Field(
        default=0, description="Which copy of the same (*fakturakopia*); 0 is the original."
    )
    says_copy: Switch = Field(default=True, description="Of a copy: the word copy is printed on it.")
    heading: ShortText = Field(
        default="", description="Of letters: what stands above, such as `Kravbrev`; left out: by the kind."
    )
    language: Language = Field(default=Language.SV, description="What the debtor reads.")
    currency: CurrencyCode = Field(default="SEK", description="Three letters of ISO 4217.")
    issue_date: Day = Field(description="When it is dated.")
    due_date: Day | None = Field(default=None, description="When it is to be paid.")
    delivery_date: Day | None = Field(default=None, description="When it was delivered.")
    delivery_address: PostalAddress | None = Field(
        default=None, description="Where it was delivered, when that is not the debtor's address."
    )
    period: Period | None = Field(default=None, description="The time that it is for.")
    debtor: Debtor = Field(description="Who owes.")
    buyer_reference: ShortText = Field(default="", description="What the buyer wants to find it by (BT-10).")
    order_reference: ShortText = Field(default="", description="The buyer's order.")
    contract_reference: ShortText = Field(default="", description="The contract.")
    our_reference: ShortText = Field(default="", description="Who to ask at the creditor.")
    refers_to: LongText = Field(default="", description="What it is for, in a line (*fakturan avser*).")
    invoiced_object: ShortText = Field(
        default="", description="What it is about, by number: a plant (*anläggnings-id*), a subscription, a case."
    )
    buyer_accounting: LongText = Field(default="", description="Where the buyer books it (*kontering*).")
    credits_number: ShortText = Field(default="", description="The invoice that it credits, cancels or replaces.")
    credits_date: Day | None = Field(default=None, description="The date of that invoice.")
    lines: tuple[DocumentLine, ...] = Field(default=(), max_length=MOST_LINES, description="Of invoices: what is sold.")
    allowances: tuple[AllowanceOrCharge, ...] = Field(
        default=(), max_length=MOST_PARTS, description="On the whole document."
    )
    vat: tuple[VatRow, ...] = Field(default=(), max_length=MOST_PARTS, description="Left out: by the lines.")
    claims: tuple[Claim, ...] = Field(
        default=(), max_length=MOST_LINES, description="Of letters: the receivables that it is about."
    )
    also_open: tuple[Claim, ...] = Field(
        default=(),
        max_length=MOST_LINES,
        description="Of letters: receivables that are told and not asked for, as those not due yet.",
    )
    earlier: tuple[EarlierLetter, ...] = Field(
        default=(), max_length=MOST_PARTS, description="Of letters: what was sent before about the same."
    )
    ageing: tuple[AgedAmount, ...] = Field(
        default=(), max_length=MOST_PARTS, description="Of a statement of account: what is open, by how late it is."
    )
    instalments: tuple[Instalment, ...] = Field(
        default=(), max_length=MOST_PARTS, description="Of an instalment plan: its payments."
    )
    deductions: tuple[Deduction, ...] = Field(default=(), max_length=MOST_PARTS, description="Paid or credited before.")
    rounding_ore: Kronor = Field(
        default=0,
        alias="rounding",
        ge=-99,
        le=99,
        description="Rounding to whole kronor, below one krona (*öresavrundning*).",
    )
    to_pay_ore: Kronor | None = Field(default=None, alias="to_pay", description="Left out: by the rest of it.")
    payee_account: ShortText = Field(default="", description="Such as `bankgiro:991-2346`; left out: the reference's.")
    reference: ShortText = Field(default="", description="What the payer is to write (*OCR-nummer*).")
    mandate: ShortText = Field(
        default="",
        description="Of a direct debit: what it is drawn by; in autogiro the payer number.",
    )
    vat_in_books_ore: Kronor | None = Field(
        default=None,
        alias="vat_in_books",
        description="In another currency than the company's books: all VAT in theirs, as the law wants it stated "
        "(ML 17 kap. 29 §). It stands below the VAT by rate.",
    )
    notes: tuple[Text, ...] = Field(default=(), max_length=MOST_PARTS, description="Paragraphs below the lines.")
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=MOST_PARTS, description="Files that go with it.")
    pdf: bytes = Field(
        default=b"",
        repr=False,
        description="The document as you have printed it, a PDF as base64 text; left out: the hub prints it. With it "
        "an invoice needs no lines, but then `to_pay`, and no e-invoice is made of it.",
    )

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    @property
    def says_its_sum_alone(self) -> bool:
        """Whether all but the sum stands in a PDF of its own, where no machine reads it."""
        return bool(self.pdf) and not (self.lines or self.claims or self.instalments)

    @property
    def key(self) -> str:
        """The document's name within its tenant: the same for the same document, however often it is handed over."""
        parts = (self.company.lstrip("0"), self.source_system, self.kind, self.number, self.version, self.copy_no)
        return ":".join(str(part) for part in parts)

    @property
    def is_copy(self) -> bool:
        """Whether the debtor is to have had it before: it has the number of its original.

        No machine is to be given one, since whoever books by machine would refuse it, or book it twice.
        """
        return self.kind is DocumentKind.INVOICE_COPY or bool(self.copy_no)

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
        if self.says_its_sum_alone and self.to_pay_ore is None:
            raise ValueError("a document that is printed already and has no lines needs to_pay")
        if self.kind in INVOICES and not self.lines and not self.pdf:
            raise ValueError(f"a document of kind {self.kind} needs lines")
        if self.kind is DocumentKind.INSTALMENT_PLAN and not self.instalments:
            raise ValueError("an instalment plan needs instalments")
        return self
