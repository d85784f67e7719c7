"""Payments in the database: loading, duplicates, the exact join, the queue, deposits and lumps."""
