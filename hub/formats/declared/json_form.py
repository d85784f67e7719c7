"""JSON by a declared layout: records are objects, those that repeat in lists, their fields members of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from hub.errors import FormatError
from hub.formats.declared.compiled import CompiledFile, RawRow, Record, Row, Section, Slot
from hub.formats.json_writing import Bare, written

LARGEST_FILE = 64 * 1024 * 1024  # bytes


def written_json(rows: Iterable[tuple[Row, Sequence[str]]]) -> str:
    """Return the whole file."""
    open_: list[dict[str, Any]] = [{}]
    for row, texts in rows:
        record, depth = row.record, len(row.record.path)
        if row.leads and depth:
            del open_[depth:]
            target = _added(open_[-1], record.at or (record.name,))
            open_.append(target)
        else:
            del open_[depth + 1 :]
            target = _within(open_[depth], record.at)
        for slot, text in zip(record.slots, texts, strict=True):
            if text.strip(" "):
                _within(target, slot.path[:-1])[slot.path[-1]] = _value(slot, text.strip(" "))
    return f"{written(open_[0])}\n"


def read_json(file: CompiledFile, stream: BinaryIO) -> Iterator[RawRow]:
    """Yield the records of a file, in the order of the layout. Raises FormatError."""
    content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise FormatError("the file is larger than is read; have it parted", code="FILE_TOO_LARGE")
    try:
        said = json.loads(
            content, parse_float=str, parse_int=str, parse_constant=_refused, object_pairs_hook=_without_repeats
        )
    except (ValueError, RecursionError):
        raise FormatError("the file is no JSON; ask the sender for the whole file", code="NOT_JSON") from None
    if not isinstance(said, dict):
        raise FormatError("the file is no object of JSON", code="ROOT_DIFFERS")
    yield from _rows(file.root, said)


def _rows(section: Section, item: dict[str, Any], leader: Record | None = None) -> Iterator[RawRow]:
    if leader is not None:
        yield RawRow(leader, _texts(leader, item), begins=True)
    for part in section.parts:
        if isinstance(part, Section):
            for inner_leader in part.leaders():
                for inner in _list_at(item, inner_leader):
                    yield from _rows(part, inner, inner_leader)
        elif leader is None or part.place > leader.place:
            found = _at(item, part.at)
            if found is None:
                continue
            texts = _texts(part, _object(found, part))
            if part.at or any(texts) or part.must_stand:
                yield RawRow(part, texts, begins=False)


def _list_at(item: dict[str, Any], record: Record) -> list[dict[str, Any]]:
    found = _at(item, record.at or (record.name,))
    if found is None:
        return []
    if not isinstance(found, list):
        raise FormatError("must be a list", code="LIST_EXPECTED", record=record.name)
    return [_object(one, record) for one in found]


def _object(found: Any, record: Record) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise FormatError("must be an object", code="OBJECT_EXPECTED", record=record.name)
    return found


def _texts(record: Record, item: dict[str, Any]) -> list[str]:
    return [_text(record, slot, _at(item, slot.path)) for slot in record.slots]


def _text(record: Record, slot: Slot, found: Any) -> str:
    if found is None:
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    if not isinstance(found, str):
        raise FormatError("must be a text or a number", code="VALUE_EXPECTED", record=record.name, field=slot.name)
    return found


def _at(item: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        item = item.get(step) if isinstance(item, dict) else None
    return item


def _added(item: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """Return a new object at the end of the list that a path leads to."""
    made: dict[str, Any] = {}
    _within(item, path[:-1]).setdefault(path[-1], []).append(made)
    return made


def _within(item: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for step in path:
        item = item.setdefault(step, {})
    return item


def _value(slot: Slot, text: str) -> str:
    return text if slot.json_type == "text" else Bare(text)


def _refused(constant: str) -> str:
    raise ValueError(f"{constant} is no number")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
