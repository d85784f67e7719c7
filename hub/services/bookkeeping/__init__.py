"""Bookkeeping: vouchers to the general ledger (*huvudbok*), its numbers and balances back, and how the two compare."""
