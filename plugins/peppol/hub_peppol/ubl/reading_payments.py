"""How an e-invoice is paid, as fields of a document."""

from __future__ import annotations

import re
from typing import Any

from hub.identifiers import iban
from hub.model.documents import DocumentKind
from hub.model.payee_account import read_account
from hub.model.setting_values import BIC
from hub_peppol.ubl.fitting import SHORT, Fitting
from hub_peppol.ubl.layout import Values
from hub_peppol.ubl.payments import BRANCHES

_DRAWN = {"49", "59"}
_SCHEMES = {branch: scheme for scheme, branch in BRANCHES.items()}


def payment_of(values: Values, fitting: Fitting) -> dict[str, Any]:
    """Return kind where it is drawn, due date, account, reference and mandate."""
    payments = values.get("payments", [])
    kind = {"kind": DocumentKind.DIRECT_DEBIT_INVOICE} if any(one.get("code") in _DRAWN for one in payments) else {}
    accounts = accounts_of(values)
    return {
        **kind,
        "due_date": values.get("due_date") or _first(payments, "due_date") or None,
        "payee_account": accounts[0] if accounts and len(accounts[0]) <= SHORT else "",
        "reference": fitting.code("PaymentID", _first(payments, "reference")),
        "mandate": fitting.code("PaymentMandate", _first(payments, "mandate")),
    }


def accounts_of(values: Values) -> tuple[str, ...]:
    """Return the accounts to pay to, such as `bankgiro:9912346`; numbers of other kinds are left out."""
    return tuple(account for one in values.get("payments", ()) if (account := _account(one)))


def bic_of(values: Values) -> str:
    """Return the first BIC that stands with an account."""
    branches = (one.get("branch", "") for one in values.get("payments", ()))
    return next((branch for branch in branches if branch and re.match(BIC, branch)), "")


def _account(payment: Values) -> str:
    number = payment.get("account", "")
    scheme = _SCHEMES.get(payment.get("branch", "")) or ("iban" if iban.is_valid(number) else "bban")
    try:
        return read_account(f"{scheme}:{number}") if number else ""
    except ValueError:
        return ""


def _first(payments: list[Values], name: str) -> str:
    return next((one[name] for one in payments if one.get(name)), "")
