"""Documents with one to three small faults, by seed: what the differential test of the Peppol rules is fed with.

A fault is such as people and programs make: an element dropped, doubled, emptied, moved or brought from another
document; an amount off by 0.01 or of another sign or with more decimals; a code, a country, a scheme or a date changed;
an attribute dropped or changed; blanks around a text. What comes in place of a text is taken from what the other
documents have in elements of that name, so that it is often right somewhere else.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from lxml import etree

Element = etree._Element

COUNTRIES = ("SE", "SE", "DK", "NO", "DE", "IT", "GR", "EL", "NL", "IS", "FI", "se", " SE ")
NATIONS = ("DE", "DK", "GR", "IS", "IT", "NL", "NO")
ABROAD = 0.25
SCHEMES = (
    *("0007", "0088", "0192", "0184", "0096", "0198", "0208", "0201", "0210", "9907", "0211", "0151", "0106"),
    *("0190", "9944", "0217", "0242", "9933", "9955", "0002"),
)
NUMBERS = (
    *("5567321707", "5566778899", "5567321708", "556732-1707", "7300010000001", "7300010000002", "DK12345674"),
    *("12345674", "NO999888777MVA", "999888777", "IT12345678901", "NL123456789B01", "0202239951", "EL094259216"),
    *("SE556732170701", "SE55673217070", "DE123456789", "53004085616", "ABC123", "12345678901234567890"),
)
DATES = (
    "2026-02-30",
    "2026-13-01",
    "20261101",
    "2026-11-01Z",
    "2026-11-01+01:00",
    "01-11-2026",
    "2026-11-01",
    "1999-12-31",
)
JUNK = (
    "ZZZ",
    "x",
    "0",
    "-1",
    "1.005",
    "1.10",
    "30",
    "58",
    "59",
    "31",
    "50",
    "S",
    "Z",
    "E",
    "AE",
    "O",
    "VAT",
    "vat",
    "true",
)


class Pool(NamedTuple):
    """What other documents have, from which a mutation takes."""

    texts: dict[str, tuple[str, ...]]  # by tag
    attributes: dict[str, tuple[str, ...]]  # by name
    elements: dict[str, tuple[Element, ...]]  # by the tag of their parent


def read_documents(files: Sequence[Path]) -> list[Element]:
    """Return the roots of the files that are documents by UBL, without what is no element."""
    roots = [etree.parse(str(file)).getroot() for file in files]
    for root in roots:
        etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    return [root for root in roots if etree.QName(root).localname in ("Invoice", "CreditNote", "ApplicationResponse")]


def pool_of(documents: Sequence[Element]) -> Pool:
    """Gather the texts, attributes and elements of documents."""
    texts: dict[str, dict[str, None]] = {}
    attributes: dict[str, dict[str, None]] = {}
    elements: dict[str, list[Element]] = {}
    for element in (element for root in documents for element in root.iter()):
        if not len(element):
            texts.setdefault(str(element.tag), {})[element.text or ""] = None
        for name, value in element.attrib.items():
            attributes.setdefault(str(name), {})[str(value)] = None
        elements.setdefault(str(element.tag), []).extend(element)
    return Pool(
        {tag: tuple(some) for tag, some in texts.items()},
        {name: tuple(some) for name, some in attributes.items()},
        {tag: tuple(some) for tag, some in elements.items() if some},
    )


def mutants(documents: Sequence[Element], count: int, seed: int) -> Iterator[tuple[str, Element]]:
    """Yield so many documents and how each came about; the same for the same seed and documents."""
    chance = random.Random(seed)
    pool = pool_of(documents)
    for number in range(count):
        root = deepcopy(documents[chance.randrange(len(documents))])
        done = [_move_to(chance.choice(NATIONS), root, chance)] if chance.random() < ABROAD else []
        done += [mutate(root, pool, chance) for _ in range(chance.choice((1, 1, 2, 3)))]
        yield f"{number}: {', '.join(done)}", root


def _move_to(country: str, root: Element, chance: random.Random) -> str:
    """Give nearly all parties a country that has rules of its own."""
    for one in root.iter("{*}IdentificationCode"):
        if chance.random() < 0.95:
            one.text = country
    for one in root.iter("{*}CompanyID"):
        if one.getparent().tag.endswith("PartyTaxScheme") and chance.random() < 0.8:
            one.text = {"GR": "EL"}.get(country, country) + (one.text or "")[2:]
    return f"moved to {country}"


def mutate(root: Element, pool: Pool, chance: random.Random) -> str:
    """Make one fault in a document and return what it was."""
    name, change = chance.choice(_CHANGES)
    element = chance.choice([element for element in root.iter() if element is not root] or [root])
    change(element, pool, chance)
    return f"{name} {etree.QName(element).localname}"


def _drop(element: Element, _pool: Pool, _chance: random.Random) -> None:
    if (parent := element.getparent()) is not None:
        parent.remove(element)


def _double(element: Element, _pool: Pool, _chance: random.Random) -> None:
    if element.getparent() is not None:
        element.addnext(deepcopy(element))


def _empty(element: Element, _pool: Pool, chance: random.Random) -> None:
    for child in list(element):
        element.remove(child)
    element.text = chance.choice((None, "", " ", "\n"))


def _move(element: Element, _pool: Pool, chance: random.Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.insert(chance.randrange(len(parent)), element)


def _bring(element: Element, pool: Pool, chance: random.Random) -> None:
    """Put in an element that another document has in a place like this."""
    place = element if len(element) else element.getparent()
    if place is not None and (others := pool.elements.get(str(place.tag))):
        place.insert(chance.randrange(len(place) + 1), deepcopy(chance.choice(others)))


def _bring_over(element: Element, pool: Pool, chance: random.Random) -> None:
    """Put an element of another document in the place of its namesake."""
    place = element if len(element) else element.getparent()
    if place is None or not (others := pool.elements.get(str(place.tag))):
        return
    other = deepcopy(chance.choice(others))
    namesake = place.find(str(other.tag))
    if namesake is None:
        place.append(other)
    else:
        place.replace(namesake, other)


def _change_amount(element: Element, _pool: Pool, chance: random.Random) -> None:
    numbers = [one for one in element.getroottree().getroot().iter() if _number(one) is not None]
    if not numbers:
        return
    one = chance.choice(numbers)
    value = _number(one) or Decimal(0)
    step = Decimal(chance.choice(("0.01", "0.01", "0.02", "0.03", "1", "0.005", "0.0051")))
    ways = (value + step, value - step, -value, value * 2, Decimal(0), value / 3)
    one.text = str(chance.choice(ways))[:18]


def _number(element: Element) -> Decimal | None:
    try:
        return Decimal(element.text or "") if not len(element) else None
    except InvalidOperation:
        return None


def _change_text(element: Element, pool: Pool, chance: random.Random) -> None:
    leaf = _leaf(element, chance)
    leaf.text = chance.choice((*pool.texts.get(str(leaf.tag), ()), *JUNK))


def _change_date(element: Element, _pool: Pool, chance: random.Random) -> None:
    dates = [one for one in element.getroottree().getroot().iter() if str(one.tag).endswith("Date")]
    if dates:
        chance.choice(dates).text = chance.choice(DATES)


def _change_country(element: Element, _pool: Pool, chance: random.Random) -> None:
    """Give some parties another country, so that national rules come into play."""
    root = element.getroottree().getroot()
    country = chance.choice(COUNTRIES)
    for one in root.iter("{*}IdentificationCode"):
        if chance.random() < 0.7:
            one.text = country
    for one in root.iter("{*}CompanyID"):
        if chance.random() < 0.4 and one.getparent().tag.endswith("PartyTaxScheme"):
            one.text = country.strip() + (one.text or "")[2:]


def _change_number(element: Element, _pool: Pool, chance: random.Random) -> None:
    """Give a party's number another scheme, another value or both."""
    root = element.getroottree().getroot()
    if numbers := list(root.iter("{*}EndpointID", "{*}CompanyID", "{*}ID")):
        one = chance.choice([one for one in numbers if one.get("schemeID")] or numbers)
        if chance.random() < 0.7:
            one.set("schemeID", chance.choice(SCHEMES))
        if chance.random() < 0.7:
            one.text = chance.choice(NUMBERS)


def _change_attribute(element: Element, pool: Pool, chance: random.Random) -> None:
    having = [one for one in element.getroottree().getroot().iter() if one.attrib]
    if not having:
        return
    one = chance.choice(having)
    name = chance.choice(list(one.attrib))
    if chance.random() < 0.3:
        del one.attrib[name]
    else:
        one.set(name, chance.choice((*pool.attributes.get(str(name), ()), "", "XXX", " ")))


def _add_attribute(element: Element, pool: Pool, chance: random.Random) -> None:
    name = chance.choice([name for name in pool.attributes if not name.startswith("{")])
    _leaf(element, chance).set(name, chance.choice(pool.attributes[name]))


def _add_blanks(element: Element, _pool: Pool, chance: random.Random) -> None:
    leaf = _leaf(element, chance)
    text = leaf.text or ""
    leaf.text = chance.choice((f" {text}", f"{text} ", f"\n  {text}\n", f"\t{text}", text[:1] + " " + text[1:]))


def _change_case(element: Element, _pool: Pool, chance: random.Random) -> None:
    leaf = _leaf(element, chance)
    leaf.text = (leaf.text or "").swapcase()


def _leaf(element: Element, chance: random.Random) -> Element:
    return chance.choice([one for one in element.iter() if not len(one)])


_CHANGES: tuple[tuple[str, Callable[[Element, Pool, random.Random], None]], ...] = (
    ("dropped", _drop),
    ("doubled", _double),
    ("emptied", _empty),
    ("moved", _move),
    ("brought into", _bring),
    ("brought over", _bring_over),
    ("amount by", _change_amount),
    ("amount near", _change_amount),
    ("text of", _change_text),
    ("text in", _change_text),
    ("date by", _change_date),
    ("country by", _change_country),
    ("number by", _change_number),
    ("attribute by", _change_attribute),
    ("attribute to", _add_attribute),
    ("blanks in", _add_blanks),
    ("case of", _change_case),
)
