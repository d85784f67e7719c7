"""Decisions of collection: what is handed over, what an agency is told, how a settlement is booked."""
