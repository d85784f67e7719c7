"""Our table of UBL 2.1 against the official schemas: valid for one is valid for the other, on samples and on damage."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from hub_peppol import validate
from hub_peppol.judging.structure.release_2_1 import SCHEMA

sys.path.append(str(Path(__file__).parents[3] / "benchmarks"))

from structure_mutations import Stock, damaged

SHARED = Path(__file__).parents[4] / "shared"
SCHEMAS = SHARED / "artefacts" / "peppol" / "ubl-2.1-xsd" / "maindoc"
SAMPLES = SHARED / "samples" / "peppol"
MUTANTS, A_SHARE = 2_000, 600

pytestmark = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the official schemas are not here")

TEXTS = ("", "1", " 1.5 ", "1,5", "1e5", "SEK", "2026-02-29", "2026-02-28", "12:00:00", "12:00", "true", "QQ==", "QR==")
GOOD_TEXTS = {
    "amount": "1.0",
    "number": "1",
    "quantity": "2",
    "measure": "3",
    "date": "2026-01-01",
    "time": "10:00:00",
    "flag": "true",
    "file": "QQ==",
}
ATTRIBUTES = ("schemeID", "listID", "currencyID", "unitCode", "mimeCode", "filename", "languageID", "name", "format")
STOCK = Stock(SCHEMA, GOOD_TEXTS, TEXTS, ATTRIBUTES)


@pytest.fixture(scope="module")
def schemas() -> dict[str, etree.XMLSchema]:
    return {
        name: etree.XMLSchema(etree.parse(str(SCHEMAS / f"UBL-{name}-2.1.xsd"))) for name in ("Invoice", "CreditNote")
    }


def documents(*folders: str) -> Iterator[Any]:
    for folder in folders:
        for file in sorted((SAMPLES / folder).glob("*.xml")):
            yield etree.fromstring(file.read_bytes(), etree.XMLParser(remove_comments=True, remove_pis=True))


def agree(schemas: dict[str, etree.XMLSchema], document: Any) -> bool:
    document = etree.fromstring(etree.tostring(document))
    schema = schemas.get(etree.QName(document).localname)
    return schema is None or schema.validate(document) == (not validate(document, ("xsd",)).findings)


def test_whole_documents_are_judged_as_the_schemas_do(schemas: dict[str, etree.XMLSchema]) -> None:
    folders = ("bis3-examples", "bis3-snippets", "en16931-testfiles", "en16931-examples", "phive-billing-2026.5")

    assert [etree.tostring(one)[:500] for one in documents(*folders) if not agree(schemas, one)] == []


def test_fragments_are_judged_as_the_schemas_do(schemas: dict[str, etree.XMLSchema]) -> None:
    sets = documents("en16931-invoice-unit", "en16931-creditnote-unit", "bis3-unit-UBL-PEPPOL", "bis3-unit-UBL-SE")
    fragments = (part for one in sets for name in schemas for part in one.iter(f"{{*}}{name}"))

    assert [etree.tostring(part)[:500] for part in fragments if not agree(schemas, part)] == []


def test_damaged_documents_are_judged_as_the_schemas_do(schemas: dict[str, etree.XMLSchema], in_full: bool) -> None:
    chance = random.Random(16931)
    whole = [etree.tostring(one) for one in documents("bis3-examples", "en16931-testfiles")]
    mutants = (
        damaged(etree.fromstring(chance.choice(whole)), STOCK, chance) for _ in range(MUTANTS if in_full else A_SHARE)
    )

    assert [etree.tostring(one)[:500] for one in mutants if not agree(schemas, one)] == []
