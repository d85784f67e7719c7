"""Writes the statements of the first revision from the tables; once that revision is released, it stands as it is.

python tests/make_first_schema.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

import hub.store.migrations
from hub.store.tables import metadata

FILE = Path(hub.store.migrations.__file__).parent / "versions" / "r0001_first_schema.sql"


def statements() -> Iterator[str]:
    dialect = sqlite.dialect()  # type: ignore[no-untyped-call]
    for table in metadata.sorted_tables:
        made = str(CreateTable(table).compile(dialect=dialect)).strip().replace("\t", "    ")
        yield re.sub(r" +\n", "\n", made).replace(")\n WITHOUT", ") WITHOUT")
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield str(CreateIndex(index).compile(dialect=dialect)).strip()


if __name__ == "__main__":
    FILE.write_text("".join(f"{statement};\n\n" for statement in statements()).rstrip("\n") + "\n", encoding="utf-8")
