"""A claim (*fordran*) as it is handed over: to a collection agency, or to the enforcement authority.

Neutral: no agency's words. Amounts are whole öre, dates ISO text; blank is not known. What stands in several lines
says by `line_no`, counted from 1, which of `Claim.lines` it is about.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from hub.model.parties import PostalAddress

LONGEST_CLAIM_ID = 40
LONGEST_DESCRIPTION = 67  # what the enforcement authority's form takes


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClaimAction(StrEnum):
    """What is asked of whoever gets the claim."""

    REMIND = "remind"  # påminnelse
    COLLECT = "collect"  # inkasso
    COURT = "court"  # betalningsföreläggande
    ENFORCE = "enforce"
    WATCH = "watch"  # långtidsbevakning


class DebtorRole(StrEnum):
    """As what a debtor owes."""

    MAIN = "main"
    JOINT = "joint"  # solidariskt betalningsansvar
    GUARANTOR = "guarantor"
    GUARDIAN = "guardian"
    ESTATE = "estate"


class DebtorKind(StrEnum):
    """What a debtor is: fees, interest and the time to lapse differ."""

    PERSON = "person"
    COMPANY = "company"
    SOLE_TRADER = "sole_trader"
    PUBLIC = "public"


class IdentityType(StrEnum):
    """What kind of number a debtor is known by."""

    PERSONAL = "pnr"
    COORDINATION = "samordningsnr"
    ORGANISATION = "orgnr"
    FOREIGN = "foreign"
    NONE = "none"


class DebtorFlag(StrEnum):
    """What keeps a debtor from being handed over without a person."""

    PROTECTED_IDENTITY = "protected_identity"
    DECEASED = "deceased"
    BANKRUPT = "bankrupt"
    DEBT_RELIEF = "debt_relief"  # skuldsanering
    MINOR = "minor"
    GUARDIAN = "guardian"  # has one


class LegalClass(StrEnum):
    """What kind of law the claim stands on."""

    PRIVATE_LAW = "private_law"
    PUBLIC_LAW = "public_law"
    RENT = "rent"


class InterestBasis(StrEnum):
    """How interest is counted."""

    REFERENCE_PLUS = "ref_plus"  # so many percentage points above the reference rate
    FIXED = "fixed"
    NONE = "none"


class FeeType(StrEnum):
    """What a fee is for."""

    REMINDER = "reminder"
    DEMAND = "krav"
    PLAN = "plan"
    LATE_COMPENSATION = "late_compensation"  # förseningsersättning
    OTHER = "other"


class PaidTo(StrEnum):
    """Where money of a claim came from."""

    CUSTOMER = "customer"
    AGENCY = "agency"
    AUTHORITY = "kfm"
    SETOFF = "setoff"  # by a voucher, with no money


class Creditor(_Part):
    """Who is owed (*borgenär*), and how the receiver knows it."""

    organisation_number: str
    name: str
    address: PostalAddress = PostalAddress()
    company: str = Field(description="Our number of the company.")
    routine: str = Field(default="", description="Our number of the billing routine.")
    agency_customer_no: str = Field(default="", description="The creditor's number at the agency.")
    agency_group_no: str = Field(default="", description="Its group number there (*koncernnummer*).")
    bankgiro: str = ""
    plusgiro: str = ""
    iban: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    original_creditor: str = Field(default="", description="Of an assigned claim: whose it was.")


class ClaimDebtor(_Part):
    """Who owes (*gäldenär*)."""

    role: DebtorRole = DebtorRole.MAIN
    kind: DebtorKind
    identity_type: IdentityType
    identity: str = Field(default="", description="10 or 12 digits without a sign.")
    number: str = Field(default="", description="The creditor's number of the debtor.")
    name: str
    address: PostalAddress = PostalAddress()
    phone: str = ""
    mobile: str = ""
    email: str = ""
    language: str = "sv"
    flags: tuple[DebtorFlag, ...] = ()


class ClaimInterest(_Part):
    """Interest of one line, on its principal."""

    basis: InterestBasis
    spread_percent: Decimal | None = Field(default=None, description="Above the reference rate.")
    percent: Decimal | None = Field(default=None, description="A fixed rate.")
    start_date: str = Field(default="", description="The first day of interest.")
    reason: str = Field(default="", description="Why it is another than the law's.")
    accrued_ore: int = Field(default=0, description="Earned up to and with `accrued_to`, charged nowhere yet.")
    accrued_to: str = ""


FEE_LINE = "fee"  # a fee invoice (*avgiftsfaktura*)


class ClaimLine(_Part):
    """One receivable of a claim."""

    line_no: int = 1
    receivable_id: int
    company: str
    source_system: str
    invoice_no: str
    ocr: str = ""
    kind: str = Field(description="`invoice`, `interest_invoice`, `fee` or `rent`.")
    description: str = ""
    invoice_date: str
    due_date: str
    sent_date: str = Field(default="", description="Blank: the hub did not send it.")
    period_from: str = ""
    period_to: str = ""
    currency: str
    principal_original_ore: int
    principal_open_ore: int
    fee_open_ore: int = Field(default=0, description="Debited and not paid.")
    interest_open_ore: int = Field(default=0, description="Debited and not paid.")
    invoice_fee_in_principal_ore: int = 0
    interest: ClaimInterest
    legal_class: LegalClass = LegalClass.PRIVATE_LAW
    limitation_date: str = Field(default="", description="The last day of the claim's life (*preskription*).")

    @property
    def open_ore(self) -> int:
        """All that is owed by the books; accrued interest that was not debited is not in it."""
        return self.principal_open_ore + self.fee_open_ore + self.interest_open_ore

    @property
    def capital_open_ore(self) -> int:
        """What is owed as capital. A fee invoice is none: what it is for are costs, lagen (1981:739) 1 §."""
        return 0 if self.kind == FEE_LINE else self.principal_open_ore

    @property
    def costs_open_ore(self) -> int:
        """What is owed as costs of collection: fees that were debited, and fee invoices."""
        return self.open_ore - self.capital_open_ore - self.interest_open_ore


class ClaimFee(_Part):
    """A fee that was charged; one that is only printed is listed, and not in the balance."""

    line_no: int = 1
    type: FeeType
    amount_ore: int
    date: str
    is_booked: bool
    legal_basis: str = ""


class ClaimStep(_Part):
    """Something that was done about the debt: `invoice_sent`, `reminder_1`, `reminder_2`, `demand`, …"""

    line_no: int = 1
    event: str
    date: str
    channel: str = ""
    document_no: int | None = None
    pay_by: str = ""
    fee_ore: int = 0


class ClaimPayment(_Part):
    """Money that has lowered the debt, or a correction of such, below zero."""

    line_no: int = 1
    payment_id: int | None = None
    date: str
    amount_ore: int
    source: PaidTo = PaidTo.CUSTOMER
    principal_ore: int = 0
    fee_ore: int = 0
    interest_ore: int = 0


class ClaimDocument(_Part):
    """A document about the debt; its bytes are kept under the hash."""

    line_no: int = 1
    kind: str
    name: str
    media_type: str = "application/pdf"
    sha256: str
    size: int = 0


class ClaimHold(_Part):
    """A hold (*kravkod*) that is active."""

    line_no: int = 1
    code: str
    until: str = ""
    no_interest_if_kept: bool = False


class Claim(_Part):
    """A claim: one creditor, its debtors, and one receivable or several."""

    claim_id: str = Field(max_length=LONGEST_CLAIM_ID, description="Ours, never used again.")
    claim_version: int = 1
    action: ClaimAction
    currency: str
    made_on: str
    creditor: Creditor
    debtors: tuple[ClaimDebtor, ...] = Field(min_length=1, description="The main one first.")
    lines: tuple[ClaimLine, ...] = Field(min_length=1)
    fees: tuple[ClaimFee, ...] = ()
    history: tuple[ClaimStep, ...] = ()
    payments: tuple[ClaimPayment, ...] = ()
    documents: tuple[ClaimDocument, ...] = ()
    holds: tuple[ClaimHold, ...] = ()
    agency_case_no: str = ""
    agency_ocr: str = ""
    created_by_run: str = ""
    approved_by: str = ""

    @property
    def debtor(self) -> ClaimDebtor:
        """The main debtor."""
        return self.debtors[0]

    @property
    def line(self) -> ClaimLine:
        """The only line, of a claim on an agency; the first of several."""
        return self.lines[0]

    @property
    def open_ore(self) -> int:
        """All that is owed by the books."""
        return sum(line.open_ore for line in self.lines)

    @property
    def flags(self) -> tuple[DebtorFlag, ...]:
        """The flags of all its debtors, each once."""
        return tuple(sorted({flag for debtor in self.debtors for flag in debtor.flags}))

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of what it says, whoever it goes to."""
        return hashlib.sha256(json.dumps(as_json(self), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def as_json(claim: Claim) -> dict[str, Any]:
    """Return a claim as a JSON object; rates are text."""
    return claim.model_dump(mode="json")
