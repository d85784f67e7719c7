"""Ways to damage a file at random, each from its own seed."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from lxml import etree

SPECIAL = (
    b"", b"0", b"9", b"-", b"+", b",", b".", b" ", b"\t", b"\r", b"\n", b"\x00", b"\x1a", b"\xff", b"\xc3", b"<", b">",
    b"&", b"&x;", b"]]>", b"99999999999999999999", "٣".encode(), "å".encode(), "å".encode("latin-1"),
)  # fmt: skip
ENCODINGS = ("utf-8", "latin-1", "utf-16", "utf-16-le", "utf-32", "cp500", "cp850")
AMOUNT_OR_COUNT = re.compile(rb"<(?:Amt|Sum|TtlAmt|RmtdAmt|CdtNoteAmt|TtlNetNtry|NbOfNtries|NbOfTxs)\b[^>]*>([^<]*)<")
BGMAX_FIGURES = {
    b"20": ((38, 55),), b"21": ((38, 55),), b"22": ((38, 55),), b"23": ((38, 55),),
    b"15": ((51, 68), (72, 79)), b"70": ((3, 10), (11, 18), (19, 26), (27, 34)),
}  # fmt: skip
"""Amounts and counts by record, as 1-based positions."""
DIGIT = re.compile(rb"[0-9]")

Mutation = Callable[[bytes, Random], bytes]


def replace_bytes(data: bytes, random: Random) -> bytes:
    """Put a few bytes in place of others, in up to four places."""
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(data) + 1)
        new = random.choice((random.choice(SPECIAL), random.randbytes(random.randint(1, 3))))
        data = data[:at] + new + data[at + random.choice((0, 0, 1, len(new), 12)) :]
    return data


def change_digit(data: bytes, random: Random) -> bytes:
    """Write another digit somewhere."""
    return _with_other_digit(data, [found.start() for found in DIGIT.finditer(data)], random)


def change_stated_figure(data: bytes, random: Random) -> bytes:
    """Write another digit into an amount or a count of an XML file."""
    spans = [found.span(1) for found in AMOUNT_OR_COUNT.finditer(data)]
    return _with_other_digit(data, [at for span in spans for at in range(*span) if data[at : at + 1].isdigit()], random)


def change_control_figure(data: bytes, random: Random) -> bytes:
    """Write another digit into an amount or a count of a BgMax file; each of them is controlled by another figure."""
    places: list[int] = []
    start = 0
    for line in data.splitlines(keepends=True):
        figures = BGMAX_FIGURES.get(line[:2], ()) if b"\t" not in line else ()  # a TAB moves the columns
        for first, last in figures:
            places += range(start + first - 1, start + last)
        start += len(line)
    return _with_other_digit(data, [at for at in places if data[at : at + 1].isdigit()], random)


def _with_other_digit(data: bytes, places: list[int], random: Random) -> bytes:
    if not places:
        return data
    at = random.choice(places)
    other = random.choice([digit for digit in b"0123456789" if digit != data[at]])
    return data[:at] + bytes([other]) + data[at + 1 :]


def truncate(data: bytes, random: Random) -> bytes:
    """Cut the file somewhere."""
    return data[: random.randrange(len(data) + 1)]


def move_lines(data: bytes, random: Random) -> bytes:
    """Lose, double or swap whole lines."""
    lines = data.splitlines(keepends=True)
    first, second = random.randrange(len(lines)), random.randrange(len(lines))
    kind = random.choice(("lose", "double", "swap"))
    if kind == "lose":
        del lines[first]
    elif kind == "double":
        lines.insert(second, lines[first])
    else:
        lines[first], lines[second] = lines[second], lines[first]
    return b"".join(lines)


def repeat_or_lose_stretch(data: bytes, random: Random) -> bytes:
    """Repeat or lose a stretch of bytes, as broken transfers do."""
    first, last = sorted((random.randrange(len(data) + 1), random.randrange(len(data) + 1)))
    return data[:last] + data[first:] if random.random() < 0.5 else data[:first] + data[last:]


def recode(data: bytes, random: Random) -> bytes:
    """Write the file in another encoding, or encode it twice."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if random.random() < 0.2:
        return text.encode("utf-8").decode("latin-1").encode("utf-8")
    return text.encode(random.choice(ENCODINGS), errors="replace")


def change_line_ends(data: bytes, random: Random) -> bytes:
    """Give some or all lines another end, or none."""
    end = random.choice((b"\n", b"\r", b"\r\n", b"", b"\n\n", b" \r\n", b"\x85"))
    share = random.choice((1.0, 0.5, 0.02))
    return b"".join(
        line.rstrip(b"\r\n") + end if random.random() < share else line for line in data.splitlines(keepends=True)
    )


def change_element(data: bytes, random: Random) -> bytes:
    """Remove, double, move, rename, empty or rewrite one element of a well-formed XML file."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False))
    elements = [element for element in root.iterdescendants() if isinstance(element.tag, str)]
    element, other = random.choice(elements), random.choice(elements)
    parent = element.getparent()
    assert parent is not None
    kind = random.choice(("remove", "double", "move", "rename", "empty", "rewrite", "attributes"))
    if kind == "remove":
        parent.remove(element)
    elif kind == "double":
        parent.insert(parent.index(element), etree.fromstring(etree.tostring(element)))
    elif kind == "move" and element not in other.iterancestors() and element is not other:
        other.append(element)
    elif kind == "rename":
        element.tag = other.tag
    elif kind == "attributes":
        element.attrib.clear()
    else:
        element.text = "" if kind == "empty" else other.text
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


ANY_FILE: tuple[Mutation, ...] = (
    replace_bytes, replace_bytes, change_digit, change_digit, truncate, move_lines, repeat_or_lose_stretch, recode,
    change_line_ends,
)  # fmt: skip
BGMAX_FILE: tuple[Mutation, ...] = (*ANY_FILE, change_control_figure, change_control_figure)
XML_FILE: tuple[Mutation, ...] = (*ANY_FILE, change_stated_figure, change_stated_figure, change_element, change_element)
