"""The one place that knows typst: a compiler for each thread, kept, and what its complaints mean."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path

import typst

from hub.errors import DocumentError

STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]
MAIN = "document.typ"
ORDER_FORM = "order_form.typ"
_OWN = threading.local()  # a compiler serves one call at a time, and learns the fonts and the template only once
_ADDRESS_TOO_LONG = "ADDRESS_TOO_LONG"


def compiled_pdf(inputs: Mapping[str, str], issued: date, *, main: str = MAIN) -> bytes:
    """Set a document by a template and return its PDF; the same inputs give the same bytes, in every process.

    Raises:
        DocumentError: it cannot be set; the message says what to do and repeats nothing of it.
    """
    stamp = datetime.combine(issued, time(), UTC)
    try:
        made = _compiler(main).compile(
            format="pdf", sys_inputs=dict(inputs), pdf_standards=STANDARDS, timestamp=stamp, pdf_tags=True
        )
    except typst.TypstError as error:
        raise DocumentError(_in_words(error)) from None
    assert isinstance(made, bytes)
    return made


def compiled_pictures(inputs: Mapping[str, str], *, dots_per_inch: int, main: str = MAIN) -> list[bytes]:
    """Set a document and return a PNG of each page, to be looked at. Raises as `compiled_pdf`."""
    try:
        made = _compiler(main).compile(format="png", sys_inputs=dict(inputs), ppi=dots_per_inch)
    except typst.TypstError as error:
        raise DocumentError(_in_words(error)) from None
    return made if isinstance(made, list) else [made] if made is not None else []


def is_readable_svg(svg: str) -> bool:
    """Say whether typst can draw a picture."""
    source = b'#set page(width: 9cm, height: 9cm)\n#image(bytes(sys.inputs.logo), format: "svg")'
    try:
        # A compiler of its own, since the kept one keeps its main file.
        typst.Compiler(source, font_paths=_fonts(), ignore_system_fonts=True).compile(
            format="svg", sys_inputs={"logo": svg}
        )
    except typst.TypstError:
        return False
    return True


def _compiler(main: str) -> typst.Compiler:
    kept: dict[str, typst.Compiler] = _OWN.__dict__.setdefault("compilers", {})
    if main not in kept:
        root = _folder("template")
        # No package is ever needed, so none is looked for: both places are where nothing lies.
        kept[main] = typst.Compiler(
            root / main, root=root, font_paths=_fonts(), package_path=root, package_cache_path=root
        )
    return kept[main]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_folder("fonts"))])


def _folder(name: str) -> Path:
    return Path(str(files("hub.rendering").joinpath(name)))


def _in_words(error: typst.TypstError) -> str:
    """Say what a person can do. What typst says itself may hold what stands in the document."""
    said = error.message
    if _ADDRESS_TOO_LONG in said:
        return "the address does not fit into the envelope's window: shorten its lines, or set a larger window"
    if "could not be displayed" in said or "cannot be displayed" in said or "not be displayed" in said:
        return (
            "the document holds a character that our fonts cannot print: write it in Latin, Greek or Cyrillic letters"
        )
    return "the document could not be set: render it again, and report this if it stays (the log has typst's words)"
