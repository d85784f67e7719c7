"""Refunds: what could be paid back, each refund and its file, and what statements say of them."""
