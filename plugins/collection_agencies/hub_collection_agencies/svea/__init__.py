"""Svea Inkasso: takes claims for a group of companies, and direct payments in a file by agreement."""
