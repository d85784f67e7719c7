"""What layouts of agencies can speak of: orders out, and what is told in return. docs/declared-layouts.md lists it."""

from __future__ import annotations

from hub.formats.declared import Group, Vocabulary, amount, day, flag, number, text

_CASE = {
    "claim_id": text("our id of the claim"),
    "agency_case_no": text("the agency's number of the case"),
    "invoice_no": text("number of the invoice"),
}
_DEBTOR = {
    "role": text("`main`, `joint`, `guarantor`, `guardian` or `estate`"),
    "kind": text("`person`, `company`, `sole_trader` or `public`"),
    "identity_type": text("`pnr`, `samordningsnr`, `orgnr`, `foreign` or `none`"),
    "identity": text("personal or organisation number, 10 or 12 digits"),
    "number": text("the creditor's number of the debtor"),
    "name": text("name"),
    "care_of": text("care of"),
    "street": text("street and number, or a box"),
    "postal_code": text("postal code"),
    "city": text("town"),
    "country": text("two letters of ISO 3166-1"),
    "phone": text("telephone"),
    "mobile": text("mobile telephone"),
    "email": text("email address"),
    "language": text("`sv` or `en`"),
}
_LINE = {
    "line_no": number("number within the claim, from 1"),
    "invoice_no": text("number of the invoice"),
    "ocr": text("reference that the debtor pays with"),
    "kind": text("`invoice`, `interest_invoice`, `fee` or `rent`"),
    "description": text("what it is for"),
    "invoice_date": day("date of the invoice"),
    "due_date": day("day it was due"),
    "sent_date": day("day it was sent"),
    "period_from": day("first day of what it is for"),
    "period_to": day("last day of it"),
    "principal_original": amount("what was invoiced"),
    "principal_open": amount("principal that is open"),
    "fee_open": amount("fees that were debited and are open"),
    "interest_open": amount("interest that was debited and is open"),
    "open": amount("all that is open by the books"),
    "invoice_fee": amount("invoice fee within the principal"),
    "interest_basis": text("`ref_plus`, `fixed` or `none`"),
    "interest_spread": amount("percentage points above the reference rate, in hundredths"),
    "interest_percent": amount("a fixed rate in percent, in hundredths"),
    "interest_rate": amount("the one of these two that the basis says, for a format with one place for it"),
    "interest_start": day("first day of interest"),
    "interest_reason": text("why it is another than the law's"),
    "accrued": amount("interest earned and not charged"),
    "accrued_to": day("up to and with this day"),
    "legal_class": text("`private_law`, `public_law` or `rent`"),
    "limitation_date": day("last day of the claim's life (*preskription*)"),
}
_ORDER = {
    "kind": text("`claim`, `direct_payment`, `credit`, `recall`, `hold`, `release` or `debtor_update`"),
    "step": text("`remind` or `collect`"),
    "action": text("what is asked: `remind`, `collect`, `court`, `enforce` or `watch`"),
    "order_key": text("our key of the order, never used again"),
    "order_no": number("our number of the order"),
    "claim_version": number("version of the claim, from 1"),
    **_CASE,
    "agency_ocr": text("the agency's reference that the debtor pays with"),
    "on_day": day("day of the order"),
    "currency": text("three letters"),
    "creditor_number": text("the creditor's organisation number"),
    "creditor_name": text("its name"),
    "company": text("our number of the company"),
    "routine": text("our number of the billing routine"),
    "bankgiro": text("where the agency pays to"),
    "plusgiro": text("the same, by plusgiro"),
    "iban": text("the same, by IBAN"),
    "contact_name": text("whom the agency asks"),
    "contact_phone": text("telephone"),
    "contact_email": text("email address"),
    "original_creditor": text("whose the claim was"),
    **{f"debtor_{name}": word for name, word in _DEBTOR.items()},
    **{name: word for name, word in _LINE.items() if name not in ("kind", "line_no", "invoice_no")},
    "line_kind": text("`invoice`, `interest_invoice`, `fee` or `rent`"),
    "payment_key": text("our key of the payment"),
    "bank_date": day("day the money came"),
    "amount": amount("of a payment or a credit"),
    "principal_part": amount("of a payment: what went to principal"),
    "fee_part": amount("what went to fees"),
    "interest_part": amount("what went to interest"),
    "principal_left": amount("principal that is open after it"),
    "fee_left": amount("fees that are open after it"),
    "interest_left": amount("interest that is open after it"),
    "left": amount("all that is open after a payment or credit"),
    "credit_key": text("our key of the credit"),
    "credit_no": text("number of a credit note"),
    "credit_date": day("day of the credit"),
    "bears_interest": flag("interest up to the credit is owed"),
    "recall_reason": text(
        "`paid`, `credited`, `disputed`, `wrong_debtor`, `agreement`, `error`, `bankruptcy`, `deceased`"
    ),
    "reason": text("in words"),
    "hold_from": day("first day of a hold"),
    "hold_until": day("last day of a hold"),
    "changed_fields": text("names of what changed of the debtor, parted by blanks"),
}
_FEE = {
    "line_no": number("line of the claim"),
    "type": text("`reminder`, `krav`, `plan`, `late_compensation` or `other`"),
    "amount": amount("amount"),
    "date": day("day"),
    "is_booked": flag("it is in the balance, and not only printed"),
    "legal_basis": text("why it is owed"),
}
_STEP = {
    "line_no": number("line of the claim"),
    "event": text("such as `invoice_sent`, `reminder_1`, `demand`"),
    "date": day("day"),
    "channel": text("how it went"),
    "pay_by": day("day that it asked for payment by"),
    "fee": amount("fee that it bore"),
}
_PAYMENT = {
    "line_no": number("line of the claim"),
    "date": day("day the money came"),
    "amount": amount("amount; below zero for one taken back"),
    "source": text("`customer`, `agency`, `kfm` or `setoff`"),
    "principal_part": amount("what went to principal"),
    "fee_part": amount("what went to fees"),
    "interest_part": amount("what went to interest"),
}
_DOCUMENT = {
    "line_no": number("line of the claim"),
    "kind": text("kind of document"),
    "name": text("its name"),
    "media_type": text("its media type"),
    "sha256": text("SHA-256 of its bytes"),
    "size": number("bytes"),
}
_OUT = Group(
    {
        "file_no": number("number of the file, from 1 without gaps"),
        "batch_key": text("our key of the file"),
        "made_on": day("day it was made"),
        "customer_no": text("the creditor's number at the agency"),
        "group_no": text("its group number there (*koncernnummer*)"),
        "company_name": text("its name there"),
        "organisation_number": text("its organisation number"),
    },
    {
        "orders": Group(
            _ORDER,
            {
                "debtors": Group(_DEBTOR),
                "lines": Group(_LINE),
                "fees": Group(_FEE),
                "history": Group(_STEP),
                "payments": Group(_PAYMENT),
                "documents": Group(_DOCUMENT),
            },
        )
    },
)
_ROW = {
    **_CASE,
    "capital": amount("capital collected"),
    "interest": amount("interest collected"),
    "reminder_fee": amount("reminder fees collected"),
    "demand_fee": amount("fees of demands collected"),
    "court_costs": amount("costs of proceedings collected"),
    "commission": amount("what the agency keeps"),
    "vat": amount("VAT on what it keeps"),
    "net": amount("what it pays out"),
    "paid_on": day("day the debtor paid"),
}
_IN = Group(
    {
        "file_no": number("the agency's number of the file"),
        "series": text("what it counts in"),
        "made_on": day("day"),
        "customer_no": text("whom it is written for: the creditor's number at the agency"),
        "lists_cases": flag("it lists all cases that are open there, also where it names none"),
    },
    {
        "receipts": Group(
            {
                **_CASE,
                "order_key": text("our key of the order"),
                "accepted": flag("whether it was taken"),
                "agency_ocr": text("reference that the debtor pays with"),
                "code": text("the agency's code"),
                "text": text("in words"),
            }
        ),
        "statuses": Group(
            {
                **_CASE,
                "stage": text("one of the stages below"),
                "stage_said": text("the agency's own word for it"),
                "date": day("since when"),
                "principal_left": amount("principal that is left"),
                "text": text("in words"),
            }
        ),
        "settlements": Group(
            {
                "payout_reference": text("reference of the payout"),
                "date": day("day of the payout"),
                "paid_to": text("account that it went to"),
                "currency": text("three letters"),
                "stated_rows": number("how many rows it says it has"),
                "stated_net": amount("what it says it pays out"),
            },
            {"rows": Group(_ROW)},
        ),
        "closings": Group(
            {
                **_CASE,
                "code": text("one of the closing codes below"),
                "code_said": text("the agency's own word for it"),
                "date": day("day"),
                "text": text("in words"),
            }
        ),
        "listed": Group({**_CASE, "stage": text("stage"), "principal_left": amount("principal that is left")}),
    },
)
ORDERS = Vocabulary("orders", _OUT, is_outgoing=True)  # all kinds of orders in one file
CLAIMS = Vocabulary("claims", _OUT, is_outgoing=True)  # where new cases go in files of their own …
CHANGES = Vocabulary("changes", _OUT, is_outgoing=True)  # … and what is told of cases in others
TOLD = Vocabulary("told", _IN, is_outgoing=False)
VOCABULARIES = (ORDERS, CLAIMS, CHANGES, TOLD)
