"""Processes that are killed, and what they were at: for tests that a death loses nothing and doubles nothing."""
