"""How a table and its columns are declared; see the package for what is common to all tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

metadata = MetaData()


def table(name: str, *columns: Any) -> Table:
    """Declare a table clustered by its primary key."""
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


def tenant_column() -> Column[int]:
    """The first part of every key."""
    return Column("tenant", Integer, nullable=False, autoincrement=False)


def number(name: str, *, nullable: bool = False, default: int | None = None) -> Column[int]:
    """A whole number: an id, a count or an amount in öre."""
    return Column(name, BigInteger, nullable=nullable, server_default=None if default is None else str(default))


def text(name: str, *, nullable: bool = False, default: str | None = None) -> Column[str]:
    """A text, an ISO date or an ISO time."""
    return Column(name, Text, nullable=nullable, server_default=default)
