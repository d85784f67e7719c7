"""Intrum: takes claims, payments and credit notes once a day."""
