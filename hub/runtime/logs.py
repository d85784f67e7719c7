"""Structured logs: one event a line, with the run, the tenant and the node it belongs to; never personal data.

A library logs nothing by itself: an application that holds a `Hub` hears the logger `hub` as any other of `logging`.
`hub serve` and `hub worker` write to standard error, as JSON unless a person looks. Of other libraries they tell that
and where something was said; the words only of those that know nothing but ids of ours.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, cast

import structlog
from structlog.typing import EventDict

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

_KNOW_IDS_ALONE = frozenset({"apscheduler", "opentelemetry"})

logging.getLogger("hub").addHandler(logging.NullHandler())


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger below `hub`; its events carry what `about` has bound."""
    wrapped = structlog.wrap_logger(
        logging.getLogger(f"hub.{name}"),
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return cast("structlog.stdlib.BoundLogger", wrapped)


about = structlog.contextvars.bound_contextvars
"""Bind values to every event of a block: `with about(run_id=..., tenant=...)`."""


def log_to_stderr(*, as_json: bool | None = None, level: str = "INFO") -> None:
    """Write events to standard error: as JSON, or for a person when a screen is there and nothing else is said.

    What other libraries warn of comes in the same form.
    """
    is_seen = sys.stderr.isatty()
    is_json = not is_seen if as_json is None else as_json
    in_text = structlog.dev.ConsoleRenderer(colors=is_seen)  # a file keeps no colours
    last: Any = structlog.processors.JSONRenderer() if is_json else in_text
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_SHARED, _without_words],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.captureWarnings(True)
    logging.getLogger().addHandler(handler)
    logging.getLogger("hub").setLevel(level)


def _without_words(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Take the text out of another library's event: it may quote what it was at, a name in a URL or a row."""
    record: logging.LogRecord = event["_record"]
    error = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if record.name.partition(".")[0] not in _KNOW_IDS_ALONE:
        event["event"] = "a library warns"
    said = {"logger": record.name, "where": f"{record.module}:{record.lineno}"}
    return {**event, **said, **({"error": error[0].__name__} if error and error[0] else {})}
