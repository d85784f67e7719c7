"""What a camt file says by an independent reading: whole tree, decimal numbers, local names; slow and plain.

It shares nothing with the reader under test. It answers two questions: what all booked entries of the file sum to, and
whether a figure the file states contradicts its own entries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

BOOKED = ("BOOK", "PAID")
SECTIONS = ("Ntfctn", "Stmt")
AMOUNT_PATHS = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")

Element = etree._Element
Money = tuple[int, str]


def booked_by_currency(data: bytes) -> dict[str, int]:
    """Return the sum of all booked entries in öre, credit above zero; currencies that sum to zero are left out."""
    sums: Counter[str] = Counter()
    for section in _sections(data):
        for entry in _children(section, "Ntry"):
            if _status(entry) in BOOKED:
                amount, currency = _money(_children(entry, "Amt")[0])
                sums[currency] += amount * _sign(entry, "CRDT")
    return {currency: amount for currency, amount in sums.items() if amount}


def contradictions(data: bytes) -> list[str]:
    """Return the stated figures that the file's own entries and details contradict."""
    return [problem for section in _sections(data) for problem in _of_section(section)]


def _of_section(section: Element) -> Iterator[str]:
    entries = _children(section, "Ntry")
    for entry in entries:
        yield from _of_entry(entry)
    for summary in _children(section, "TxsSummry"):
        yield from _of_summary(summary, entries)


def _of_entry(entry: Element) -> Iterator[str]:
    whole, currency = _money(_children(entry, "Amt")[0])
    signed = whole * _sign(entry, "CRDT")
    found = [(detail, _amounts(detail, currency)) for detail in _path(entry, "NtryDtls/TxDtls")]
    if _status(entry) in BOOKED and found and all(amounts for _, amounts in found):
        if len(found) == 1:
            detail, amounts = found[0]
            if signed not in [amount * _sign(detail, _indicator(entry)) for amount in amounts]:
                yield "entry differs from its only detail"
        elif sum(amounts[0] * _sign(detail, _indicator(entry)) for detail, amounts in found) != signed:
            yield "entry differs from its details"
    for group in _children(entry, "NtryDtls"):
        yield from _of_batch(group)


def _of_batch(group: Element) -> Iterator[str]:
    details = _children(group, "TxDtls")
    for batch in _children(group, "Btch"):
        count = _text(batch, "NbOfTxs")
        if details and count and int(count) != len(details):
            yield "batch count"
        is_before = details and batch.getnext() is not None and group.index(batch) < group.index(details[0])
        for total in _children(batch, "TtlAmt") if is_before else ():
            amount, currency = _money(total)
            stated = [_amounts(detail, currency) for detail in details]
            signs = [_sign(detail, "CRDT") for detail in details]
            if all(stated) and abs(sum(a[0] * s for a, s in zip(stated, signs, strict=True))) != amount:
                yield "batch total"


def _of_summary(summary: Element, entries: list[Element]) -> Iterator[str]:
    money = [_money(_children(entry, "Amt")[0]) for entry in entries]
    signs = [_sign(entry, "CRDT") for entry in entries]
    details = sum(max(len(_path(entry, "NtryDtls/TxDtls")), 1) for entry in entries)
    for name, wanted in (("TtlNtries", (1, -1)), ("TtlCdtNtries", (1,)), ("TtlDbtNtries", (-1,))):
        own = [amount for (amount, _), sign in zip(money, signs, strict=True) if sign in wanted]
        for total in _children(summary, name):
            count = _text(total, "NbOfNtries")
            if count and int(count) not in (len(own), details if name == "TtlNtries" else len(own)):
                yield f"{name} count"
            stated = _text(total, "Sum")
            if stated and len({currency for _, currency in money}) <= 1 and _ore(stated) != sum(own):
                yield f"{name} sum"


def _sections(data: bytes) -> list[Element]:
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True))
    return [section for message in root for section in message if _name(section) in SECTIONS]


def _name(element: Element) -> str:
    return etree.QName(element).localname


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if _name(child) == name]


def _path(element: Element, path: str) -> list[Element]:
    found = [element]
    for name in path.split("/"):
        found = [child for parent in found for child in _children(parent, name)]
    return found


def _text(element: Element, path: str) -> str:
    found = _path(element, path)
    return (found[0].text or "").strip() if found else ""


def _status(entry: Element) -> str:
    return _text(entry, "Sts/Cd") or _text(entry, "Sts/Prtry") or _text(entry, "Sts")


def _indicator(element: Element) -> str:
    return _text(element, "CdtDbtInd")


def _sign(element: Element, otherwise: str) -> int:
    return 1 if (_indicator(element) or otherwise) == "CRDT" else -1


def _amounts(detail: Element, currency: str) -> list[int]:
    """Return what the detail states in a currency, the amount that counts first."""
    found = [element for path in AMOUNT_PATHS for element in _path(detail, path)[:1]]
    stated = [_money(element) for element in found if (element.text or "").strip()]
    return [amount for amount, own in stated if own == currency]


def _money(element: Element) -> Money:
    return _ore((element.text or "").strip()), (element.get("Ccy") or "").strip()


def _ore(text: str) -> int:
    return int(Decimal(text) * 100)
