"""E-invoices a second: ours from document to bytes, to lxml alone that builds the same tree from texts at hand.

Both make the same bytes, which is checked first; each invoice differs in number and reference. The bare side knows
nothing of documents: it walks a flat list of elements with their texts, made before. The sides are taken in turn, in
one process, and the ratio is the median of the pairs.

python benchmarks/peppol_making.py --save peppol_making
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, NamedTuple

from comparing import circumstances, save
from lxml import etree

from hub.model.company import Company
from hub.model.documents import Document
from hub.rules.delivery.totals import totals_of
from hub.testing.example_tenant import company_settings
from hub.testing.sample_documents import COMPANY
from hub_peppol.ubl import BisWriter, read_e_invoice

SIZES = {1: 400, 15: 150, 1_000: 4}
"""Lines of an invoice, and how many such invoices are made at a time."""


class Planned(NamedTuple):
    """One element to build: how deep it stands, and what is in it."""

    depth: int
    tag: str
    text: str | None
    attributes: dict[str, str]


def measure(chosen: argparse.Namespace) -> None:
    """Take the sides in turn for each size, and show the figures."""
    figures = {f"{lines}_lines": _compared(lines, count, chosen.rounds) for lines, count in SIZES.items()}
    result = {**circumstances(), "benchmark": "peppol_making", "invoices": figures}
    print(json.dumps(result, indent=2))
    save(result, chosen.save)


def _compared(lines: int, count: int, rounds: int) -> dict[str, Any]:
    company, documents = _company(), [_document(lines, at) for at in range(count)]
    writer = BisWriter()
    contents = [writer.write(document, company) for document in documents]
    plans = [_planned(content) for content in contents]
    if [_bare(plan) for plan in plans] != contents:
        raise SystemExit("the bare side does not make the same bytes: nothing can be compared")
    sides: dict[str, Callable[[], Any]] = {
        "ours": lambda: [writer.write(document, company) for document in documents],
        "bare": lambda: [_bare(plan) for plan in plans],
        "read": lambda: [read_e_invoice(content) for content in contents],
    }
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            taken[name].append(_seconds(side))
    return {
        "bytes": len(contents[0]),
        "a_second": {name: round(count / median(seconds)) for name, seconds in taken.items()},
        "ours_to_bare": round(median(o / b for o, b in zip(taken["ours"], taken["bare"], strict=True)), 2),
    }


def _seconds(side: Callable[[], Any]) -> float:
    began = time.perf_counter()
    side()
    return time.perf_counter() - began


def _planned(content: bytes) -> list[Planned]:
    def walk(element: Any, depth: int) -> list[Planned]:
        own = Planned(depth, element.tag, element.text, dict(element.attrib))
        return [own, *(part for child in element for part in walk(child, depth + 1))]

    return walk(etree.fromstring(content), 0)


def _bare(plan: Sequence[Planned]) -> bytes:
    namespace = plan[0].tag[1:].partition("}")[0]
    root = etree.Element(plan[0].tag, nsmap={None: namespace, **_NAMES})
    above = [root]
    for part in plan[1:]:
        element = etree.SubElement(above[part.depth - 1], part.tag, part.attributes)
        element.text = part.text
        above[part.depth :] = [element]
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return content


_NAMES: Any = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def _company() -> Company:
    return Company.model_validate(company_settings(letterhead={"vat_number": "SE556677889901", "city": "Nordvik"}))


def _document(lines: int, at: int) -> Document:
    sold = {"text": "Elöverföring", "quantity": "170.5", "unit": "KWH", "price": "0.4125", "amount": "70.33"}
    fields = {
        "number": f"0400{at:05}",
        "company": "1",
        "issue_date": "2026-11-02",
        "due_date": "2026-12-02",
        "debtor": COMPANY.model_dump(),
        "buyer_reference": f"REF{at}",
        "payee_account": "bankgiro:9912346",
        "reference": f"0400{at:05}",
        "lines": [{**sold, "article_number": str(no)} for no in range(lines)],
    }
    document = Document.model_validate(fields)
    return document.model_copy(update={"to_pay_ore": totals_of(document).to_pay_ore})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    return parser.parse_args()


if __name__ == "__main__":
    measure(_arguments())
