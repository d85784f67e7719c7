"""XML by a declared layout: records are elements, their fields elements or attributes within."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from lxml import etree

from hub.errors import FormatError
from hub.formats.declared.compiled import CompiledFile, RawRow, Record, Row, Section
from hub.formats.xml_layout import local_name
from hub.formats.xml_prolog import refuse_document_type, refuse_odd_encoding

LARGEST_FILE = 64 * 1024 * 1024  # bytes; the tree of a larger one would fill the memory
HEAD_BYTES = 4096
XML_NAMES = {"latin-1": "ISO-8859-1", "utf-8": "UTF-8", "cp1252": "windows-1252", "cp437": "cp437", "ascii": "US-ASCII"}


def written_xml(file: CompiledFile, rows: Iterable[tuple[Row, Sequence[str]]]) -> bytes:
    """Return the whole file."""
    writing = _Writing(file)
    for row, texts in rows:
        writing.add(row, texts)
    written: Any = etree.tostring(
        writing.root, xml_declaration=True, encoding=XML_NAMES[file.form.encoding], pretty_print=True
    )
    return bytes(written)


def read_xml(file: CompiledFile, stream: BinaryIO) -> Iterator[RawRow]:
    """Yield the records of a file, in the order of the layout. Raises FormatError."""
    root = _parsed(stream)
    wanted = file.form.root or "file"
    if local_name(root.tag) != wanted:
        raise FormatError(f"the root element is not {wanted}", code="ROOT_DIFFERS", line=1)
    yield from _rows(file.root, root)


class _Writing:
    """Grows the tree; open elements are known by the depth of their group."""

    def __init__(self, file: CompiledFile) -> None:
        namespace = file.form.namespace
        self._qualify = f"{{{namespace}}}" if namespace else ""
        nsmap: Any = {None: namespace} if namespace else None
        self.root = etree.Element(f"{self._qualify}{file.form.root or 'file'}", nsmap=nsmap)
        self._open = [self.root]

    def add(self, row: Row, texts: Sequence[str]) -> None:
        record = row.record
        depth = len(record.path)
        if row.leads and depth:
            del self._open[depth:]
            element = self._item(self._open[-1], record.at or (record.name,))
            self._open.append(element)
        else:
            del self._open[depth + 1 :]
            element = self._item(self._open[depth], record.at) if record.at else self._open[depth]
        for slot, text in zip(record.slots, texts, strict=True):
            if text.strip(" "):
                self._put(element, slot.path, text.strip(" "))

    def _item(self, parent: Any, path: tuple[str, ...]) -> Any:
        """Return a new element behind those that are there; elements around it are made once."""
        return etree.SubElement(self._within(parent, path[:-1]), f"{self._qualify}{path[-1]}")

    def _put(self, element: Any, path: tuple[str, ...], text: str) -> None:
        """Give an element of the record its text, or an attribute; it may have the other already."""
        if path[-1].startswith("@"):
            self._within(element, path[:-1]).set(path[-1][1:], text)
        else:
            self._within(element, path).text = text

    def _within(self, element: Any, path: tuple[str, ...]) -> Any:
        for step in path:
            found = element.find(f"{self._qualify}{step}")
            element = found if found is not None else etree.SubElement(element, f"{self._qualify}{step}")
        return element


def _rows(section: Section, element: Any, leader: Record | None = None) -> Iterator[RawRow]:
    """Yield the records of an item, the one that leads first."""
    if leader is not None:
        yield RawRow(leader, _texts(leader, element), element.sourceline, begins=True)
    for part in section.parts:
        if isinstance(part, Section):
            for inner_leader, inner in _items(part, element):
                yield from _rows(part, inner, inner_leader)
        elif leader is None or part.place > leader.place:
            for found in _at(element, part.at) if part.at else [element]:
                texts = _texts(part, found)
                if part.at or any(texts) or part.must_stand:
                    yield RawRow(part, texts, found.sourceline, begins=False)


def _items(section: Section, element: Any) -> list[tuple[Record, Any]]:
    """Return the elements that begin an item, as they stand in the file, each with its record."""
    found = [(record, one) for record in section.leaders() for one in _at(element, record.at or (record.name,))]
    return sorted(found, key=lambda pair: pair[1].sourceline or 0) if len(section.leaders()) > 1 else found


def _at(element: Any, path: tuple[str, ...]) -> list[Any]:
    found = [element]
    for step in path:
        found = [
            child for one in found for child in one.iterchildren(tag=etree.Element) if local_name(child.tag) == step
        ]
    return found


def _texts(record: Record, element: Any) -> list[str]:
    return [_text(element, slot.path) for slot in record.slots]


def _text(element: Any, path: tuple[str, ...]) -> str:
    is_attribute = path[-1].startswith("@")
    found = _at(element, path[:-1] if is_attribute else path)
    if len(found) > 1:
        raise FormatError(
            "stands more than once", code="REPEATED_ELEMENT", line=found[1].sourceline, field="/".join(path)
        )
    if not found:
        return ""
    said = found[0].get(path[-1][1:], "") if is_attribute else found[0].text or ""
    return str(said).strip()


def _parsed(stream: BinaryIO) -> Any:
    content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise FormatError("the file is larger than is read; have it parted", code="FILE_TOO_LARGE")
    refuse_document_type(content[:HEAD_BYTES])
    refuse_odd_encoding(content[:HEAD_BYTES])
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, etree.XMLSyntaxError) else None
        raise FormatError("the file is no XML; ask the sender for the whole file", code="NOT_XML", line=line) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise FormatError("the file declares a document type (DTD)", code="DTD_REFUSED", line=1)
    return root
