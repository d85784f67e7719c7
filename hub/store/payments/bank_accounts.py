"""Accounts that share a bank account: what is paid to any of their numbers is told by one account's statements."""

from __future__ import annotations

BANK_ACCOUNT = "coalesce({a}.paid_into_no, {a}.told_into_no, {a}.account_no)"  # of an account, what its statements are

# All accounts whose money is told where that of :account is.
TOGETHER = f"""
    SELECT m.account_no FROM payee_account m
    JOIN payee_account a ON a.tenant = m.tenant AND {BANK_ACCOUNT.format(a="a")} = {BANK_ACCOUNT.format(a="m")}
    WHERE m.tenant = :t AND a.account_no = :account
"""
