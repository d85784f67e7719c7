"""Writes the tables of docs/document-fields.md from the models, so that the page lists every field of a document.

    python -m hub.runtime.document_tables docs/document-fields.md

rewrites what stands below the page's marker line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from hub.model.document_part import Day
from hub.model.documents import Document
from hub.model.kronor import Kronor
from hub.runtime.setting_errors import model_within, settings_of

MARKER = "<!-- From here on written by hub.runtime.document_tables. -->"
_KINDS = {str: "text", bool: "true or false", int: "whole number", Decimal: "number", bytes: "base64 text"}
_MARKED = {get_args(Day)[1].func: "date", get_args(Kronor)[1].func: "kronor"}
"""By the function that reads a value of the kind."""


def page_with_tables(page: str) -> str:
    """Return `page` with everything below its marker line written anew. Raises ValueError when it has no marker."""
    above, marker, _ = page.partition(MARKER)
    if not marker:
        raise ValueError("the page has no marker line")
    return f"{above}{MARKER}\n\n" + "\n".join(_tables(Document, "The document", set()))


def kind_of(field: FieldInfo) -> str:
    """Say in plain words what a field takes."""
    return _marked(field.metadata) or _kind(field.annotation)


def _kind(annotation: Any) -> str:
    arguments = [argument for argument in get_args(annotation) if argument not in (NoneType, Ellipsis)]
    if get_origin(annotation) is Annotated:
        return _marked(arguments[1:]) or _kind(arguments[0])
    if get_origin(annotation) is tuple:
        return f"list of {_kind(arguments[0])}"
    if arguments:
        return _kind(arguments[0])
    if model_within(annotation):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if issubclass(annotation, Enum):
        return ", ".join(f"`{member.value}`" for member in annotation)
    return _KINDS[annotation]


def _marked(metadata: Any) -> str:
    marks = [mark for mark in metadata if isinstance(mark, AfterValidator | BeforeValidator)]
    return next((_MARKED[mark.func] for mark in marks if mark.func in _MARKED), "")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = field.get_default(call_default_factory=True)
    if value in (None, "", ()) or isinstance(value, BaseModel):
        return "–"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def _tables(model: type[BaseModel], heading: str, written: set[type[BaseModel]]) -> Iterator[str]:
    """Yield the table of a model and those of the models in it, each once."""
    written.add(model)
    rows = [f"## {heading}\n", "| field | kind | left out | meaning |", "|---|---|---|---|"]
    for name, field in settings_of(model).items():
        rows.append(f"| `{name}` | {kind_of(field)} | {_default(field)} | {field.description or ''} |")
    yield "\n".join(rows) + "\n"
    for field in model.model_fields.values():
        inner = model_within(field.annotation)
        if inner is not None and inner not in written:
            yield from _tables(inner, inner.__name__, written)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(page_with_tables(target.read_text(encoding="utf-8")), encoding="utf-8")
