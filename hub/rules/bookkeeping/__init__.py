"""Bookkeeping: what goes to the general ledger (*huvudbok*), and how the two books compare."""
