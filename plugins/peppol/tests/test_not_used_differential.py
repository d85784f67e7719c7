"""The table of what the European invoice has no use for, against the official rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from hub_peppol import validate
from hub_peppol.judging.en16931.datatypes import UNUSED_ATTRIBUTES
from hub_peppol.judging.en16931.not_used import UNUSED
from hub_peppol.judging.referee import Referee
from hub_peppol.judging.table import PREFIXES

OFFICIAL = Path(__file__).parents[4] / "shared" / "artefacts" / "peppol"
SAMPLE = (Path(__file__).parent / "samples" / "en16931-invoice.xml").read_text("utf-8")
NAMESPACES = {prefix: namespace for namespace, prefix in PREFIXES.items()}
LINE = "cac:InvoiceLine"

pytestmark = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official rules are not beside the checkout")


@pytest.fixture(scope="module")
def referee() -> Referee:
    pytest.importorskip("saxonche", reason="the extra validate is not installed")
    return Referee(OFFICIAL)


def tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def planted(root: Any, path: str) -> None:
    """Put an element at a path, making what it stands in; one that stands anywhere is put into a line."""
    steps = path.removeprefix("/").split("/")
    for step in steps[1:] if path.startswith("/") else [LINE, *steps]:
        found = root.find(tag(step))
        root = etree.SubElement(root, tag(step)) if found is None else found


def told(firings: Sequence[Any]) -> Counter[tuple[str, str]]:
    return Counter((firing.rule, firing.severity) for firing in firings if firing.rule.startswith("UBL-"))


@pytest.mark.parametrize("kind", ["Invoice", "CreditNote"])
def test_everything_without_use_is_told_as_the_official_rules_do(referee: Referee, kind: str) -> None:
    document = etree.fromstring(
        SAMPLE.replace("Invoice-2", f"{kind}-2")
        .replace("<Invoice ", f"<{kind} ")
        .replace("</Invoice>", f"</{kind}>")
        .encode()
    )
    for path in (path for unused in UNUSED for path in unused.paths):
        planted(document, path)
    for unused in UNUSED_ATTRIBUTES:
        document.set(unused.attribute, "1")

    found = told(validate(document, ("en16931",)).findings)

    assert found == told(referee.judge("en16931", etree.tostring(document)).firings)
    assert len(found) > 660


def test_each_element_without_use_alone_is_told_as_the_official_rules_do(referee: Referee, in_full: bool) -> None:
    for unused in UNUSED[:: 1 if in_full else 40]:
        document = etree.fromstring(SAMPLE.encode())
        planted(document, unused.paths[0])

        found = told(validate(document, ("en16931",)).findings)

        assert found == told(referee.judge("en16931", etree.tostring(document)).firings)
