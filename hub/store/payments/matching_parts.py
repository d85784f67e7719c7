"""SQL that every statement of matching is put together from."""

from __future__ import annotations

DATE = "coalesce(p.booked_date, s.booked_date)"
IS_OPEN_CASE = """
    AND NOT EXISTS (SELECT 1 FROM duplicate_payment d WHERE d.tenant = p.tenant AND d.payment_id = p.payment_id)
    AND NOT EXISTS (SELECT 1 FROM unallocated_payment h WHERE h.tenant = p.tenant AND h.payment_id = p.payment_id)
"""
HOLDS_DIGIT = {"sqlite": "{} GLOB '*[0-9]*'", "postgresql": "{} ~ '[0-9]'"}
"""Condition by dialect: a text has a digit in it; `{}` is the text."""
