"""What the rows of an answer look like, worked out once for all answers with the same columns.

SQLAlchemy keeps it with what it has compiled, and of a statement that goes to the driver as it is written nothing is
compiled: to work it out anew took a twentieth of what the hub does when little is in the database.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.cursor import CursorResult

MOST_KEPT = 2_000  # of all our statements together; then it begins anew

_known: dict[Any, Any] = {}


class _Rows(CursorResult[Any]):
    """An answer that knows its columns if any has had them before; they depend on nothing else but the driver."""

    def _init_metadata(self, context: Any, cursor_description: Any) -> Any:
        columns = (self.dialect.driver, *[(column[0], column[1]) for column in cursor_description])
        self._metadata = _known.get(columns)  # type: ignore[assignment]
        if self._metadata is None:
            super()._init_metadata(context, cursor_description)
            if len(_known) >= MOST_KEPT:
                _known.clear()
            _known[columns] = self._metadata
        return self._metadata


def know_rows(engine: Engine) -> Engine:
    """Have answers to written statements know their columns; by seams of SQLAlchemy, held at one minor."""
    usual: Any = engine.dialect.execution_ctx_cls

    class Execution(usual):  # type: ignore[misc]
        def _setup_dml_or_text_result(self) -> Any:
            columns = self.cursor.description
            if self.compiled is not None or self._is_server_side or not columns:
                return super()._setup_dml_or_text_result()
            return _Rows(self, self.cursor_fetch_strategy, columns)

    engine.dialect.execution_ctx_cls = Execution
    return engine
