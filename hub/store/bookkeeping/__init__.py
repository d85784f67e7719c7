"""Bookkeeping in the database: what has gone to the ledger, what the ledger has said, and where the two differ."""
