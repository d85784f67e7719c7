"""Hold our table of Svefaktura 1.0 to its official schema, on damaged documents: both take one, or both refuse it.

    python benchmarks/svefaktura_differential.py --seed 1 --mutations 5000 --official ../shared/artefacts/peppol
    python benchmarks/svefaktura_differential.py --exhaustive --official ../shared/artefacts/peppol

Printed is how often the two differ, and how often we name an element where the schema names its first: that, what it
stands in, what stands in it, or beside it. `--exhaustive` takes a document that has all there is room for, and puts
every element that the schema's files know into every place of it, and every text and attribute of ours on every kind of
element (200,000 documents).
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from lxml import etree
from structure_mutations import Element, Stock, damaged, grown, with_each_value, with_strangers

from hub_peppol import validate
from hub_peppol.judging.structure.judge import faults_of
from hub_peppol.judging.structure.svefaktura_1_0 import SCHEMA

ROOT = Path(__file__).parent.parent
OWN = ROOT / "plugins" / "peppol" / "tests" / "samples" / "svefaktura" / "full.xml"
FILE = "SFTI-BasicInvoice-1.0.xsd"
PREFIX = "{http://www.w3.org/2001/XMLSchema}"
MOST_FAULTS = 3

GOOD_TEXTS = {
    "amount": "1.0",
    "amountCurrencyID": "SEK",
    "number": "1",
    "quantity": "2",
    "date": "2026-01-01",
    "moment": "2026-01-01T10:00:00",
    "flag": "true",
    "currency": "SEK",
    "country": "SE",
    "payment means": "1",
    "reason": "ZZZ",
}
TEXTS = (
    *("", "1", " 1.5 ", "1,5", "1e5", "SEK", " SEK", "SEK ", "sek", "XYZ", "SE", "UK", "ZZZ", "90", "53", "54", "true"),
    *("2026-02-29", "2026-02-28", "2026-02-28Z", "2026-02-28T12:00:00", "2026-02-29T12:00:00", "2026-02-28T24:00:00"),
    *("2026-02-28T12:00", "2026-02-28 12:00:00", "2026-02-28T12:00:00.5+01:00", "2026-02-28T25:00:00", "TRUE", "0"),
)
ATTRIBUTES = (
    *("amountCurrencyID", "amountCurrencyCodeListVersionID", "quantityUnitCode", "quantityUnitCodeListID", "name"),
    *(
        "identificationSchemeID",
        "identificationSchemeURI",
        "identificationSchemeAgencyName",
        "codeListID",
        "languageID",
    ),
    *(
        "codeListAgencyID",
        "codeListAgencyName",
        "codeListName",
        "codeListVersionID",
        "codeListURI",
        "codeListSchemeURI",
    ),
    *("languageLocaleID", "currencyID", "quantityUnitCodeListAgencyID", "identificationSchemeDataURI"),
    "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation",
)
VALUES = (
    *("", "a", "SEK", " SEK", "0.3", "D03A", "6", "en", "sv", "sv_SE", "%4", "urn:a", "UN/ECE 4461", "UN/ECE 4465"),
    *("ISO 4217 Alpha", "ISO3166-1", "Currency", "Country", "Payment Means", "Adjustment Reason Description"),
    "United Nations Economic Commission for Europe",
    "http://www.unece.org/trade/untdid/d03a/tred/tred4461.htm",
    "http://www.unece.org/trade/untdid/d03a/tred/tred4465.htm",
    "http://www.iso.org/iso/en/prods-services/iso3166ma/02iso-3166-code-lists/list-en1-semic.txt",
    "http://www.bsi-global.com/Technical%2BInformation/Publications/_Publications/tig90x.doc",
    *(
        f"urn:oasis:names:tc:ubl:codelist:{name}:1:0"
        for name in ("CurrencyCode", "CountryIdentificationCode", "PaymentMeansCode", "AllowanceChargeReasonCode")
    ),
)


class Outcome(NamedTuple):
    """What the two say of a document: whether they take it, and whether we tell it where the schema does."""

    document: Element
    ours: bool
    theirs: bool
    is_told_there: bool


@cache
def official(folder: Path) -> etree.XMLSchema:
    """Return the official schema, from a folder in which it lies with the files that it wants."""
    return etree.XMLSchema(etree.parse(str(_file(folder))))


def _file(folder: Path) -> Path:
    return next(iter(sorted(folder.rglob(FILE))))


@cache
def stock(folder: Path) -> Stock:
    """Return what damage is made of, with every element that the schema's files know."""
    here = _file(folder).parent
    tags: dict[str, None] = {}
    for file in (*sorted(here.glob("*Basic*.xsd")), *sorted((here.parent / "common").glob("*Common[AB]*.xsd"))):
        schema = etree.parse(str(file)).getroot()
        for one in schema.iter(f"{PREFIX}element"):
            if one.get("name"):
                tags[f"{{{schema.get('targetNamespace')}}}{one.get('name')}"] = None
    return Stock(SCHEMA, GOOD_TEXTS, TEXTS, ATTRIBUTES, VALUES, tuple(tags))


def own() -> Element:
    """Return our own full Svefaktura."""
    return etree.fromstring(OWN.read_bytes(), etree.XMLParser(remove_blank_text=True))


def mutants(folder: Path, count: int, seed: int) -> Iterator[Element]:
    """Yield so many documents with one to three faults, half of them made of one with all there is room for."""
    chance = random.Random(seed)
    everything = stock(folder)
    wholes = (own(), grown(own(), everything))
    for _ in range(count):
        root = deepcopy(chance.choice(wholes))
        for _ in range(chance.choice((1, 1, 1, 2, MOST_FAULTS))):
            damaged(root, everything, chance)
        yield root


def outcomes(documents: Iterable[Element], folder: Path) -> Iterator[Outcome]:
    """Yield what the two say of each document."""
    schema = official(folder)
    for one in documents:
        content = etree.tostring(one)
        document = etree.fromstring(content)
        theirs = schema.validate(document)
        ours = validate(content, ("xsd",)).is_fit
        yield Outcome(document, ours, theirs, theirs or _is_told_there(document, schema))


def _is_told_there(document: Element, schema: etree.XMLSchema) -> bool:
    """Say whether we name an element where the schema names its first."""
    path = next(iter(schema.error_log)).path
    prefixes = {prefix: space for one in document.iter() for prefix, space in one.nsmap.items() if prefix}
    (named,) = document.getroottree().xpath(path, namespaces=prefixes)
    above = named.getparent()
    near = {named, *named, *(() if above is None else (above, *above))}  # of two in wrong order, either may be named
    return any(fault.element in near for fault in faults_of(document, SCHEMA))


def run(documents: Iterable[Element], folder: Path) -> int:
    """Compare, print, and return how many documents differ."""
    counted: Counter[str] = Counter()
    for one in outcomes(documents, folder):
        counted["all"] += 1
        counted["refused by the schema"] += not one.theirs
        counted["refused, told at the same place"] += not one.theirs and one.is_told_there
        if one.ours != one.theirs:
            counted["different"] += 1
            print(f"ours {one.ours}, theirs {one.theirs}: {_why(one, folder)}")
    print(", ".join(f"{name} {count}" for name, count in counted.items()), f", differences {counted['different']}")
    return counted["different"]


def _why(one: Outcome, folder: Path) -> str:
    schema = official(folder)
    schema.validate(one.document)
    theirs = [error.message for error in schema.error_log][:2]
    return f"{[(finding.rule, finding.location) for finding in validate(one.document, ('xsd',)).findings]} {theirs}"


def main() -> None:
    """Compare, and end with an error when any document differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutations", type=int, default=5000)
    parser.add_argument("--official", type=Path, required=True)
    parser.add_argument("--exhaustive", action="store_true")
    args = parser.parse_args()
    everything = stock(args.official)
    if args.exhaustive:
        whole = grown(own(), everything)
        documents: Iterator[Element] = chain(with_each_value(whole, everything), with_strangers(whole, everything))
    else:
        documents = mutants(args.official, args.mutations, args.seed)
    raise SystemExit(1 if run(documents, args.official) else 0)


if __name__ == "__main__":
    main()
