"""Accounts that share a bank account: what is paid to any of their numbers is told by one account's statements."""

from __future__ import annotations

# All accounts whose money is told where that of :account is.
TOGETHER = """
    SELECT m.account_no FROM payee_account m
    JOIN payee_account a ON a.tenant = m.tenant AND a.bank_account_no = m.bank_account_no
    WHERE m.tenant = :t AND a.account_no = :account
"""
