"""Documents as they are handed over: objects, or a JSON file that is read as it is taken in, one at a time."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hub.errors import DataError
from hub.formats.given_file import open_given
from hub.formats.rows.json_rows import read_json
from hub.model.documents import Document
from hub.model.refusals import causes, dotted_path, in_words
from hub.model.source_system import FileFormat, SourceSystem
from hub.services.delivery.accepting import Offered

_FILE = SourceSystem(name="documents", format=FileFormat.JSON)
LARGEST_DOCUMENT = 32 * 1024 * 1024  # characters, attachments included
LONGEST_NUMBER = 30
_EMPTY_PDF = "pdf: the file is empty: give all of it, or leave it out and the hub prints it"
_MOST_NAMED = 10
_MOST_PROBLEMS = 10  # of one document: whoever sends a table of another kind need not read of every name


def read_documents(given: Iterable[Document | Mapping[str, Any]] | Path) -> Iterator[Offered]:
    """Yield documents with the place where each stood, or with what is wrong with it.

    A file holds a list of documents, a single one, or one on each line.

    Raises:
        DataError: the file cannot be opened, or is no JSON; while it is read, so those before are taken in.
    """
    if isinstance(given, Path):
        yield from _from_file(given)
        return
    for place, one in enumerate(given, 1):
        yield Offered(str(place), one) if isinstance(one, Document) else offered(str(place), one)


def _from_file(path: Path) -> Iterator[Offered]:
    with open_given(path) as stream:
        for row in read_json(stream, _FILE, largest_row=LARGEST_DOCUMENT).rows:
            place = str(row.line)
            yield offered(place, row.cells) if row.problem is None else Offered(place, None, row.problem.message)


def offered(place: str, values: Mapping[str, Any]) -> Offered:
    """Return a document, or in words all that is wrong with it; values are never repeated."""
    number = values.get("number")
    named = number[:LONGEST_NUMBER] if isinstance(number, str) else ""
    if values.get("pdf") in ("", b""):
        return Offered(place, None, _EMPTY_PDF, named)  # it got lost on its way: the hub's own is not what is meant
    try:
        return Offered(place, Document.model_validate(_with_bytes(values)))
    except ValidationError as error:
        found = causes(error)
        words = [f"{dotted_path(one['loc'])}: {in_words(one, 'field')}" for one in found[:_MOST_PROBLEMS]]
        more = [f"and {len(found) - _MOST_PROBLEMS} more"] if len(found) > _MOST_PROBLEMS else []
        problem = "; ".join(word.removeprefix(": ") for word in (*words, *more))
        return Offered(place, None, problem, named)


def _with_bytes(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values with files, which JSON has as base64 text, turned into bytes."""
    values = _decoded(values, "pdf")
    attachments = values.get("attachments")
    if not isinstance(attachments, list):
        return values
    return {**values, "attachments": [_attachment(one) for one in attachments]}


def _attachment(given: Any) -> Any:
    return _decoded(given, "content") if isinstance(given, Mapping) else given


def _decoded(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if not isinstance(values.get(name), str):
        return values
    try:
        return {**values, name: base64.b64decode(values[name], validate=True)}
    except ValueError:
        return {**values, name: None}  # what is wrong with it is said with the rest


def one_document(path: Path) -> Document:
    """Read a file that holds one document. Raises DataError when it cannot be read, or holds another number of them."""
    found = list(_from_file(path))
    if len(found) != 1:
        numbers = [one.document.number if one.document else one.number or f"place {one.place}" for one in found]
        named = f" ({', '.join(numbers[:_MOST_NAMED])}{', …' if len(numbers) > _MOST_NAMED else ''})" if numbers else ""
        raise DataError(f"{path.name} holds {len(found)} documents{named}: give a file with one of them")
    if found[0].document is None:
        raise DataError(found[0].problem)
    return found[0].document
