"""Writing JSON with numbers as they are meant: an amount is written from text, and never becomes a float on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

_INDENT = "  "


class Bare(str):
    """A number, or a truth value, as it stands in JSON: without quotation marks."""

    __slots__ = ()


Json = Bare | str | bool | None | Mapping[str, "Json"] | Sequence["Json"]


def written(value: Json, indent: str = "") -> str:
    """Return a value as JSON; members keep their order."""
    if isinstance(value, Bare):
        return str(value)
    if value is None or isinstance(value, str | bool):
        return json.dumps(value, ensure_ascii=False)
    inner = indent + _INDENT
    if isinstance(value, Mapping):
        members = [
            f"{inner}{json.dumps(name, ensure_ascii=False)}: {written(one, inner)}" for name, one in value.items()
        ]
        return "{\n" + ",\n".join(members) + f"\n{indent}}}" if members else "{}"
    return "[\n" + ",\n".join(f"{inner}{written(one, inner)}" for one in value) + f"\n{indent}]" if value else "[]"
