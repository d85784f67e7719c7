"""Refunds: what is paid back without being asked for, where to, and who must have approved it."""
