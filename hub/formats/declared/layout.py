"""A layout: the document loaded, checked as a whole, and its files by name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from hub.errors import ConfigurationError, UnrecognisedFile
from hub.formats.declared.compiling import compiled
from hub.formats.declared.conversions import DatePattern
from hub.formats.declared.document import FileForm, LayoutForm
from hub.formats.declared.file import NAMED_PART, DeclaredFile
from hub.formats.declared.vocabulary import Vocabulary
from hub.model.refusals import causes, dotted_path, in_words

UNVERIFIED = "unverified against the counterparty"
LARGEST_DOCUMENT = 1024 * 1024  # bytes


class Layout:
    """Every kind of file that one other side takes and gives."""

    def __init__(
        self, form: LayoutForm, files: Mapping[str, DeclaredFile], vocabularies: Mapping[str, Vocabulary]
    ) -> None:
        self.name = form.name
        self.source = form.source
        self.verified = form.verified or UNVERIFIED
        self.files = files
        self._incoming = [file for file in files.values() if not vocabularies[file.content].is_outgoing]

    def outgoing(self, content: str) -> DeclaredFile:
        """Return the file that carries a kind of message. Raises ConfigurationError."""
        found = [file for file in self.files.values() if file.content == content]
        if len(found) != 1:
            raise ConfigurationError(
                f"the layout {self.name} has {len(found)} files with the content {content}, not one"
            )
        return found[0]

    def incoming(self, head: bytes) -> DeclaredFile:
        """Return the file that begins so. Raises UnrecognisedFile when none does, or several do."""
        found = [file for file in self._incoming if file.recognises(head)]
        if len(found) == 1:
            return found[0]
        names = tuple(file.name for file in found)
        what = f"may be one of {', '.join(names)}" if names else "is none of those that the layout declares"
        raise UnrecognisedFile(f"the file {what}; look at the layout {self.name}", candidates=names)


def load_layout(document: bytes | str, vocabularies: Iterable[Vocabulary], where: str) -> Layout:
    """Read a layout and check it whole; `where` is what people call the document.

    Raises:
        ConfigurationError: it is no TOML, or a name, position or kind in it is wrong; says where, and what to write.
    """
    form = _form(document, where)
    known = {vocabulary.name: vocabulary for vocabulary in vocabularies}
    files = {}
    for name, file in form.files.items():
        place = f"{where}: files.{name}"
        made = compiled(name, file, known, place)
        _check_file(file, known[file.content], place)
        files[name] = DeclaredFile(made)
    return Layout(form, files, known)


def _form(document: bytes | str, where: str) -> LayoutForm:
    try:
        text = document.decode("utf-8-sig") if isinstance(document, bytes) else document
        if len(text) > LARGEST_DOCUMENT:
            raise ConfigurationError("is too large for a layout", where=where)
        said: Mapping[str, Any] = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "not UTF-8, or nested too deeply"
        raise ConfigurationError(f"is no TOML: {reason}", where=where) from None
    try:
        return LayoutForm.model_validate(said)
    except ValidationError as error:
        first, *others = causes(error)
        also = f"{len(others)} more" if others else ""
        path = dotted_path(first["loc"])
        raise ConfigurationError(in_words(first, "key"), where=f"{where}: {path}", hint=also) from None


def _check_file(form: FileForm, vocabulary: Vocabulary, where: str) -> None:
    """Check what concerns a file as a whole."""
    if form.header and (form.format != "csv" or len(form.records) != 1):
        raise ConfigurationError("a heading is of CSV with one kind of record", where=f"{where}.header")
    if form.format not in ("xml",) and (form.root or form.namespace):
        raise ConfigurationError("root and namespace are of XML", where=f"{where}.root")
    for found in NAMED_PART.finditer(form.name):
        _check_part(found, vocabulary, f"{where}.name")


def _check_part(found: re.Match[str], vocabulary: Vocabulary, where: str) -> None:
    if found[1] not in vocabulary.root.fields:
        known = ", ".join(vocabulary.root.fields)
        raise ConfigurationError(f"there is no {found[1]!r}", where=where, hint=f"there are {known}")
    if found[2] and not found[2].isdigit():
        try:
            DatePattern(found[2])
        except ValueError as error:
            raise ConfigurationError(str(error), where=where) from None
