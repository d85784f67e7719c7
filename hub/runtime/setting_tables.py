"""Writes the tables of docs/settings.md from the models, so that the page lists every setting there is.

    python -m hub.runtime.setting_tables docs/settings.md

rewrites what stands below the page's marker line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from hub.contracts.settings import SecretReference
from hub.model.setting_values import ore_from_setting
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.runtime.config import INSTALLATION_FILE, InstallationSettings
from hub.runtime.setting_errors import model_within, settings_of

MARKER = "<!-- From here on written by hub.runtime.setting_tables. -->"
_KINDS = {
    str: "text",
    bool: "true or false",
    int: "whole number",
    float: "number",
    date: "date",
    SecretReference: "secret by reference",
}


def setting_tables() -> str:
    """Return the tables of all settings of an installation and a tenant, as Markdown."""
    parts = [f"## `{INSTALLATION_FILE}`\n", *_tables(InstallationSettings, "")]
    parts += ["## `tenants/<id>.toml`\n", *_tables(Tenant, "")]
    return "\n".join(parts)


def table_of(model: type[BaseModel]) -> str:
    """Return the settings of one model as a Markdown table: name, kind, default, meaning."""
    rows = ["| setting | kind | default | meaning |", "|---|---|---|---|"]
    for name, field in settings_of(model).items():
        kind = _cell(kind_of(field))
        rows.append(f"| `{name}` | {kind} | {_cell(_default(field))} | {_cell(field.description or '')} |")
    return "\n".join(rows) + "\n"


def page_with_tables(page: str) -> str:
    """Return `page` with everything below its marker line written anew. Raises ValueError when it has no marker."""
    above, marker, _ = page.partition(MARKER)
    if not marker:
        raise ValueError("the page has no marker line")
    return f"{above}{MARKER}\n\n{setting_tables()}"


def kind_of(field: FieldInfo) -> str:
    """Say in plain words what a setting takes."""
    marks = [*field.metadata, *(mark for one in get_args(field.annotation) for mark in get_args(one)[1:])]
    if any(isinstance(mark, BeforeValidator) and mark.func is ore_from_setting for mark in marks):
        return "kronor as text"
    return _kind(field.annotation)


def _kind(annotation: Any) -> str:
    arguments = [argument for argument in get_args(annotation) if argument not in (NoneType, Ellipsis)]
    origin = get_origin(annotation)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin is tuple:
        return "list of tables" if model_within(arguments[0]) else f"list of {_kind(arguments[0])}"
    if origin is dict:
        return "table of tables" if model_within(annotation) or get_origin(arguments[1]) is dict else "table of text"
    if origin is Literal:
        return ", ".join(f"`{word}`" for word in arguments)
    if arguments:
        return _kind(arguments[0])
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{member.value}`" for member in annotation)
    return "table" if model_within(annotation) else _KINDS[annotation]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = field.get_default(call_default_factory=True)
    if value in (None, "", (), {}):
        return "–"
    if isinstance(value, BaseModel) or model_within(field.annotation):
        return "see below"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value)
    if kind_of(field) == "kronor as text":
        return f'`"{format_kronor(value) if value else 0}"`'
    return f"`{value}`"


def _tables(model: type[BaseModel], path: str) -> Iterator[str]:
    if path:
        yield f"### `{path}`\n"
    yield table_of(model)
    for name, field in settings_of(model).items():
        inner = model_within(field.annotation)
        if inner is not None:
            yield from _tables(inner, _heading(path, name, get_origin(field.annotation)))


def _heading(path: str, name: str, origin: Any) -> str:
    bare = path.strip("[]")
    dotted = f"{bare}.{name}" if bare else name
    if origin is tuple:
        return f"[[{dotted}]]"
    return f"[{dotted}.<name>]" if origin is dict else f"[{dotted}]"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(page_with_tables(target.read_text(encoding="utf-8")), encoding="utf-8")
