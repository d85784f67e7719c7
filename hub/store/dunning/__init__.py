"""Dunning in the database: what is read of receivables, and the steps that were taken."""
