"""What layouts of the authority's files can speak of: applications, what follows them, and what comes back."""

from __future__ import annotations

from hub.formats.declared import Group, Vocabulary, Word, amount, day, flag, number, text

_FILE = {
    "file_no": number("number of the file, from 1 without gaps"),
    "filing_key": text("our key of the file"),
    "made_on": day("day it was made"),
    "organisation_number": text("the applicant's organisation number, ten digits"),
    "agent_code": text("the agent's code (*ombudskod*)"),
}
_ROWS = {f"{who}_row_{no}": text(f"row {no} of the {who}") for who in ("applicant", "agent") for no in range(1, 6)}
_CASE = {
    "order_no": number("our number of the application"),
    "case_no": text("the authority's case number; blank in an application"),
    "applicant_name": text("name"),
    "applicant_phone": text("telephone"),
    "applicant_email": text("email address"),
    "bankgiro": text("where the debtor pays to"),
    "plusgiro": text("the same, by plusgiro"),
    **_ROWS,
    "respondent_kind": text("`person`, `company`, `sole_trader` or `public`"),
    "respondent_identity": text("personal or organisation number, 10 or 12 digits"),
    "respondent_identity_type": text("`pnr`, `samordningsnr` or `orgnr`"),
    "respondent_name": text("name"),
    "respondent_care_of": text("care of"),
    "respondent_street": text("street and number, or a box"),
    "respondent_postal_code": text("postal code"),
    "respondent_city": text("town"),
    "respondent_country": text("two letters of ISO 3166-1"),
    "respondent_phone": text("telephone"),
    "respondent_mobile": text("mobile telephone"),
    "respondent_email": text("email address"),
    "applied_on": day("day of the application"),
    "principal": amount("principal of all receivables"),
    "collection": amount("collection costs of all receivables"),
    "interest": amount("interest of all receivables, through `counted_to`"),
    "total": amount("all that is asked for, costs of the case included"),
    "interest_choice": text("`statutory`, `other` or `none`"),
    "interest_rate": text("of `other`: per cent a year"),
    "interest_ground": text("why it is higher than the law's"),
    "counted_to": day("the day that interest is counted through"),
    "application_fee": amount("application fee"),
    "own_work": amount("own work"),
    "agent_cost": amount("the agent"),
    "other_cost": amount("another cost"),
    "other_label": text("what it is for"),
    "costs_reason": text("why costs are above the cap"),
    "fee_payment": text("`giro`, `enclosed` or `invoiced`"),
    "fee_giro": text("the authority's plusgiro"),
    "enforcement": text("`limited`, `full` or `none`"),
    "has_real_property": flag("real property is to be looked for too"),
    "special_information": text("special information"),
    "ground": text("the ground of all receivables, in plain Swedish"),
}
_CLAIM = {
    "claim_no": number("number within the application, from 1"),
    "company": text("our number of the company"),
    "number": text("number of the invoice"),
    "ocr": text("reference that the debtor pays with"),
    "refers_to": text("what it is for, at most 67 characters"),
    "ground": text("the ground, in plain Swedish"),
    "invoice_date": day("date of the invoice"),
    "due_date": day("day it was due"),
    "demand_sent_on": day("day the demand was sent"),
    "demand_pay_by": day("day that it gave time until"),
    "original": amount("principal when it was invoiced"),
    "principal": amount("principal that is asked for"),
    "collection": amount("collection costs"),
    "interest": amount("interest through `counted_to`"),
    "interest_from": day("first day of interest"),
    "original_creditor": text("whose an assigned claim was"),
}
_CHANGE = {
    "change_no": number("number of the change within the application"),
    "changed_on": day("day of the change"),
    "lowered": amount("by how much less is asked for, all receivables together"),
    "reason": text("in words"),
}


def _going_out(name: str, more: dict[str, Word]) -> Vocabulary:
    orders = Group({**_CASE, **more}, {"claims": Group(_CLAIM)})
    return Vocabulary(name, Group(_FILE, {"orders": orders}), is_outgoing=True)


_ENFORCEMENT = {
    "decided_on": day("day of the decision that is to be enforced"),
    "costs_left": amount("what is still owed of the costs that it awarded"),
}
APPLICATIONS = _going_out("applications", {})
REDUCTIONS = _going_out("reductions", _CHANGE)
WITHDRAWALS = _going_out("withdrawals", _CHANGE)
ENFORCEMENTS = _going_out("enforcements", _ENFORCEMENT)
ENFORCEMENT_CHANGES = _going_out(
    "enforcement_changes",
    {
        **_CHANGE,
        "decided_on": day("day of the decision that is enforced"),
        "costs_left": amount("what is still owed of the costs that it awarded"),
        "change": text("`reduction`: less is to be enforced, or `withdrawal`: nothing any more"),
    },
)
TOLD = Vocabulary(
    "told",
    Group(
        {
            "file_no": number("the authority's own running number"),
            "made_on": day("day it was made"),
            "organisation_number": text("the applicant's organisation number"),
        },
        {
            "receipts": Group(
                {
                    "file_no": number("of our file"),
                    "accepted": flag("whether it was taken"),
                    "date": day("day"),
                    "code": text("the authority's code"),
                    "text": text("in words"),
                }
            ),
            "cases": Group(
                {
                    "order_no": number("our number of the application"),
                    "case_no": text("the authority's case number"),
                    "happening": text("what happened, by our words; see docs/orders-to-pay.md"),
                    "date": day("day that it happened"),
                    "code": text("the authority's code"),
                    "text": text("in words"),
                    "costs": amount("of a decision: costs of the case that it awards"),
                    "interest": amount("of an enforcement report: interest that the authority has collected"),
                }
            ),
        },
    ),
    is_outgoing=False,
)
VOCABULARIES = (APPLICATIONS, REDUCTIONS, WITHDRAWALS, ENFORCEMENTS, ENFORCEMENT_CHANGES, TOLD)
