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
_HELD = {*_DRAWN, "1", "30", "31", "42", "58", "97"}
"""UNTDID 4461: drawn, not said, credit transfers, settled. Others, such as by card, are no way to pay that we hold."""

_SCHEMES = {branch: scheme for scheme, branch in BRANCHES.items()}


def payment_of(values: Values, fitting: Fitting) -> dict[str, Any]:
    """Return kind where it is drawn, due date, account, reference and mandate."""
    payments = values.get("payments", [])
    _note_unheld(payments, fitting)
    chosen: Values = max(payments, key=_weight, default={})
    return {
        **({"kind": DocumentKind.DIRECT_DEBIT_INVOICE} if _is_drawn(chosen) else {}),
        "due_date": values.get("due_date") or _first(payments, "due_date") or None,
        "payee_account": _account(chosen),
        "reference": fitting.code("PaymentID", chosen.get("reference", "")),
        "mandate": fitting.code("PaymentMandate", chosen.get("mandate", "")),
    }


def accounts_of(values: Values) -> tuple[str, ...]:
    """Return the accounts to pay to, the document's first, such as `bankgiro:9912346`; others are left out."""
    ordered = sorted(values.get("payments", ()), key=_weight, reverse=True)
    return tuple(account for one in ordered if (account := _account(one)))


def bic_of(values: Values) -> str:
    """Return the first BIC that stands with an account."""
    branches = (one.get("branch", "") for one in values.get("payments", ()))
    return next((branch for branch in branches if branch and _is_bic(branch)), "")


def _is_bic(branch: str) -> bool:
    return re.fullmatch(BIC, branch) is not None


def _weight(payment: Values) -> tuple[bool, bool, bool]:
    """Say what makes one way to pay the document's: account and reference are of the same, for they belong together."""
    return _is_drawn(payment), bool(_account(payment)), bool(payment.get("reference"))


def _is_drawn(payment: Values) -> bool:
    return payment.get("code") in _DRAWN


def _note_unheld(payments: list[Values], fitting: Fitting) -> None:
    if len(payments) > 1:
        fitting.note("PaymentMeans, more than one")
    if any(one.get("code") not in _HELD for one in payments):
        fitting.note("PaymentMeansCode")
    if any(one.get("account") and not _account(one) for one in payments):
        fitting.note("PayeeFinancialAccount")
    if any(not (branch in _SCHEMES or _is_bic(branch)) for one in payments if (branch := one.get("branch", ""))):
        fitting.note("FinancialInstitutionBranch")


def _account(payment: Values) -> str:
    number = payment.get("account", "")
    scheme = _SCHEMES.get(payment.get("branch", "")) or ("iban" if iban.is_valid(number) else "bban")
    try:
        account = read_account(f"{scheme}:{number}") if number else ""
    except ValueError:
        return ""
    return account if len(account) <= SHORT else ""


def _first(payments: list[Values], name: str) -> str:
    return next((one[name] for one in payments if one.get(name)), "")
