"""Marginalen: takes a claim in two steps: reminders in the creditor's name, then collection."""
