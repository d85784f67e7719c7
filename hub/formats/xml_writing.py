"""Write an XML document from the same declared fields that it is read by; see `xml_layout`.

Fields stand in the order of the schema. What two neighbouring paths begin with alike becomes one element, so a
declaration says where values stand, and nothing else has to say how elements are nested.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lxml import etree

from hub.formats.xml_layout import Amount, Field, Take, Values

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold."""


def write_document(root: str, namespace: str, fields: Sequence[Field], values: Values, *, variant: int = 0) -> bytes:
    """Return a document of UTF-8; the same values give the same bytes.

    `values` are as `collect` reads them. Of a field with several paths the one at place `variant` is written, or the
    last where there are fewer. A value that is blank or missing is left out, and so are elements without any.
    """
    writer = _Writer(f"{{{namespace}}}", variant)
    names: Any = {None: namespace}  # the stubs know no default namespace
    document = etree.Element(f"{{{namespace}}}{root}", nsmap=names)
    writer.fill(document, fields, values)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)


class _Writer:
    """Writes in one namespace, by the paths of one variant."""

    def __init__(self, qualify: str, variant: int) -> None:
        self._qualify = qualify
        self._variant = variant

    def fill(self, parent: Any, fields: Sequence[Field], values: Values) -> None:
        """Write the values of `fields` below `parent`."""
        opened: dict[str, Any] = {"": parent}
        for declared in fields:
            value = values.get(declared.name)
            if value:
                self._write(opened, declared, value)

    def _write(self, opened: dict[str, Any], declared: Field, value: Any) -> None:
        path = declared.paths[min(self._variant, len(declared.paths) - 1)]
        if declared.take is Take.BLOCK:
            for inner in value:
                self.fill(self._add(opened, path), declared.inner, inner)
        elif declared.take is Take.MANY:
            for one in value:
                self._add(opened, path).text = plain(one)
        elif isinstance(value, Amount):
            element = self._add(opened, path)
            element.text = value.text
            element.set("Ccy", value.currency)
        else:
            self._add(opened, path).text = plain(value)

    def _add(self, opened: dict[str, Any], path: str) -> Any:
        """Add the last element of a path, and those before it that are not open yet."""
        before, _, name = path.rpartition("/")
        parent = opened.get(before)
        if parent is None:
            parent = self._add(opened, before)
        opened[path] = etree.SubElement(parent, self._qualify + name)
        return opened[path]


def plain(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return _NO_XML.sub("", text)
