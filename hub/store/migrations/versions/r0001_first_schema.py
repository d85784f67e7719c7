"""The first schema: every table and index of the first release."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = Path(__file__).with_name("r0001_first_schema.sql")
ON_POSTGRESQL = ((" WITHOUT ROWID", ""), (" BLOB ", " BYTEA "))


def upgrade() -> None:
    """Make the tables in an empty database."""
    statements = STATEMENTS.read_text(encoding="utf-8")
    if op.get_bind().dialect.name == "postgresql":
        for written, there in ON_POSTGRESQL:
            statements = statements.replace(written, there)
    for statement in statements.split(";\n"):
        if statement.strip():
            op.execute(statement)
