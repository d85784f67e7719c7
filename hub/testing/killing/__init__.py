"""Processes that are killed, and what they were at when it happened: for tests that a death loses and doubles nothing."""
