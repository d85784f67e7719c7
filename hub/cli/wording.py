"""What rules, reasons and proofs mean, in a sentence for people; the codes themselves stand in JSON."""

from __future__ import annotations

from hub.cli.showing import words
from hub.model.enquiries import PaymentStory

RULES = {
    "exact_reference": "the OCR reference is an open receivable's",
    "reference_in_text": "an OCR number stood in the free text",
    "stated_shares": "the payer said how much goes to which receivable",
    "several_references": "the payer named several receivables",
    "invoice_number": "the invoice number stood in place of the reference",
    "amount_and_payer": "the payer owes exactly this amount, once",
    "interest_first": "no reference: interest invoices first, then the oldest due",
    "oldest_first": "no reference: the oldest due",
    "difference_written_off": "a difference within the company's limit, written off",
    "difference_carried": "a difference within the company's limit, carried to the next invoice",
}
REASONS = {
    "no_reference": "nothing says what it is for",
    "unknown_reference": "no open receivable has this reference",
    "contested_reference": "several receivables have this reference",
    "already_settled": "the receivable is settled already",
    "ambiguous": "several receivables fit",
    "other_currency": "the receivable is in another currency",
    "overpayment": "more than is owed, and above the limit",
    "part_not_found": "a share names nothing that is open",
    "no_credit_note": "a deduction names no open credit note",
    "unknown_payee_account": "no company has the account it was paid to",
    "equal_without_reference": "equal to one of the other file, but nothing proves it is the same",
    "day_overlaps_in_part": "the day stands in two files that agree only in part",
    "equal_but_for_the_day": "equal to one of the other file in all but the day",
    "same_key_other_amount": "the bank's own key says the same payment, the amount differs",
    "same_key_beside_another": "the bank's own key says the same payment, and its format has told that one already",
    "settled_by_equal_payment": "an equal payment of another file settled the receivable",
    "shares_differ": "the shares that the payer states are not the payment",
    "lump_made_payment": "its money is booked already, as a payment made of the bank's entry",
    "lump_has_specification": "the bank's entry is booked, as another format says who paid it",
    "replaced_by_specification": "the bank told later what it was made of",
    "twin_was_undone": "the payment it was the same as has been taken back",
    "doubted_twin_was_undone": "the payment it may be the same as has been taken back",
    "payout_taken_off": "it was placed on an agency's settlement, and has been taken off it",
    "proposal_refused": "a plugin proposed more than the payment, or what it was not asked about",
}
PROOFS = {
    "same_day": "same account, day, amount and reference, and one file's day holds all of the other's",
    "share_of_lump": "with others it is the bank's entry that another format is booked for",
    "person": "a person said so",
}


def explained(code: str) -> str:
    """Return the sentence for a rule, reason or proof; an unknown one as its own words."""
    if code.startswith("key:"):
        return f"the bank's own key ({code.removeprefix('key:')}) is the same"
    if code.startswith("plugin:"):
        return f"plugin rule {code.removeprefix('plugin:')}"
    if code.startswith("by_person:"):
        return f"placed by {code.removeprefix('by_person:')}"
    return RULES.get(code) or REASONS.get(code) or PROOFS.get(code) or words(code)


def said(payment: PaymentStory) -> str:
    """Return what a payer wrote: the reference, the references of its parts, or the text."""
    if payment.reference.isdigit():
        return payment.reference
    return ", ".join(payment.parts) or payment.texts.replace("\n", " ") or payment.reference
