"""What a PDF says and where, read with pypdf: texts with the corners they begin and end at, in millimetres."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import Any, NamedTuple

from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DecodedStreamObject, NameObject

MM = 25.4 / 72
A4_HEIGHT_MM = 297
_DRAWN = re.compile(rb"(?<=\s)(?:-?[\d.]+\s+)+(?:m|l|c|re)(?=\s)")


class Placed(NamedTuple):
    """A text on a page: from the page's left and upper edge to its beginning, its baseline and its end."""

    text: str
    left_mm: float
    baseline_mm: float
    right_mm: float
    size_mm: float
    font: str


def opened(pdf: bytes) -> PdfReader:
    """Open a PDF."""
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes, page: int | None = None) -> str:
    """Return the text of one page or of all, no-break blanks as blanks."""
    pages = _texts(pdf)
    chosen = pages if page is None else [pages[page - 1]]
    return "\n".join(one.extract_text() for one in chosen).replace("\u00a0", " ").replace("\u200b", "")


def placed(pdf: bytes, page: int = 1) -> list[Placed]:
    """Return every text of a page with its place."""
    read = _texts(pdf)[page - 1]
    widths = _widths(read)
    found: list[Placed] = []

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if text.strip() and font is not None:
            x, y = cm[4] + tm[4] * cm[0], cm[5] + tm[5] * cm[3]
            right = x + widths[round(x, 1), round(y, 1)]
            name = re.sub(r"^/[A-Z]{6}\+", "", font["/BaseFont"])
            found.append(Placed(text.strip(), x * MM, A4_HEIGHT_MM - y * MM, right * MM, size * MM, name))

    read.extract_text(visitor_text=visit)
    return found


@lru_cache(8)  # most tests look at several pages, or several times
def _texts(pdf: bytes) -> list[Any]:
    """Return the pages without the lines and curves of what is drawn: reading these takes most of the time."""
    pages = list(opened(pdf).pages)
    for page in pages:
        texts = DecodedStreamObject()
        texts.set_data(_DRAWN.sub(b"", page["/Contents"].get_object().get_data()))
        page[NameObject("/Contents")] = ContentStream(texts, page.pdf, "bytes")
    return pages


def _widths(page: Any) -> dict[tuple[float, float], float]:
    """Return the width of each run of glyphs in points, by where it begins, read from the fonts' own tables."""
    fonts = {name: _advances(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
    widths: dict[tuple[float, float], float] = {}
    matrices, now, advances, size = [], (1.0, 1.0, 0.0, 0.0), {}, 0.0
    start = (0.0, 0.0)
    for operands, operator in page["/Contents"].operations:
        if operator == b"q":
            matrices.append(now)
        elif operator == b"Q":
            now = matrices.pop()
        elif operator == b"cm":
            a, _, _, d, e, f = (float(one) for one in operands)
            now = (now[0] * a, now[1] * d, now[2] + now[0] * e, now[3] + now[1] * f)
        elif operator == b"Tf":
            advances, size = fonts[operands[0]], float(operands[1])
        elif operator == b"Tm":
            start = (now[2] + now[0] * float(operands[4]), now[3] + now[1] * float(operands[5]))
        elif operator in (b"TJ", b"Tj"):
            shown = operands[0] if operator == b"TJ" else ArrayObject(operands)
            widths[round(start[0], 1), round(start[1], 1)] = sum(_width(one, advances) for one in shown) * size / 1000
    return widths


def _width(part: Any, advances: dict[int, float]) -> float:
    if isinstance(part, int | float):
        return -float(part)
    raw = part.original_bytes if hasattr(part, "original_bytes") else bytes(part)
    return sum(advances.get(int.from_bytes(raw[at : at + 2]), 0.0) for at in range(0, len(raw), 2))


def _advances(font: Any) -> dict[int, float]:
    table = list(font["/DescendantFonts"][0].get_object().get("/W", ()))
    advances: dict[int, float] = {}
    while table:
        first, second = int(table.pop(0)), table.pop(0)
        if isinstance(second, list):
            advances.update({first + number: float(one) for number, one in enumerate(second)})
        else:
            advances.update(dict.fromkeys(range(first, int(second) + 1), float(table.pop(0))))
    return advances
