"""What stands in an e-invoice, found without the writer's own layout."""

from __future__ import annotations

from lxml import etree

_NAMES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def found(content: bytes, path: str) -> list[str]:
    """Return texts, or attributes, by an XPath below the root."""
    hits = etree.fromstring(content).xpath(path, namespaces=_NAMES)
    return [hit if isinstance(hit, str) else "".join(hit.itertext()).strip() for hit in hits]
