"""Sergel: takes a flat file of new cases, and another of balances."""
