"""Flows that run on one kind of database, whatever is asked for."""

from __future__ import annotations

import pytest

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Of what asks a database nothing of its own."""

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""Of what happens where several write at once."""
