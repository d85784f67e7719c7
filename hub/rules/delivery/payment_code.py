"""What a bank's app reads from the square code of an invoice (UsingQR): one line of JSON.

Source: UsingQR, revision 2, June 2014; the author claims no right to it. Sent are the keys that readers are known to
need, and those that people see: the code stays small.
"""

from __future__ import annotations

import json

from hub.model.company import Company
from hub.model.documents import Document
from hub.money import ORE_PER_KRONA, plain_kronor
from hub.rules.delivery.payment_box import PaymentBox

VERSION = 1
INVOICE = 1
LONGEST_NAME = 40  # longer names are cut: a payer knows by then whom it is about, and the code stays readable
_SCHEMES = {"bankgiro": "BG", "plusgiro": "PG", "iban": "IBAN", "bban": "BBAN"}


def payment_code(document: Document, company: Company, box: PaymentBox) -> str:
    """Write the code's text: ASCII, other letters as JSON's own escapes, since readers do not agree on a character set.

    The amount is a number without needless decimals, dates are YYYYMMDD, what is blank is left out.
    """
    words = {
        "nme": company.name[:LONGEST_NAME],
        "cid": company.organisation_number,
        "iref": box.reference or document.number,
        "idt": document.issue_date.replace("-", ""),
        "ddt": box.due_date.replace("-", ""),
    }
    account = {"cur": box.currency, "pt": _SCHEMES[box.scheme], "acc": box.written_number, "bc": box.bic}
    account["acc"] = account["acc"].replace(" ", "")
    parts = [f'"uqr":{VERSION}', f'"tp":{INVOICE}', *_texts(words), f'"due":{_number(box.amount_ore)}']
    return "{" + ",".join([*parts, *_texts(account)]) + "}"


def _texts(values: dict[str, str]) -> list[str]:
    return [f'"{key}":{json.dumps(value)}' for key, value in values.items() if value]


def _number(amount_ore: int) -> str:
    return plain_kronor(amount_ore) if amount_ore % ORE_PER_KRONA else str(amount_ore // ORE_PER_KRONA)
