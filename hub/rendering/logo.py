"""The logo of a letterhead: a file of the home, read and checked once, handed to the template as SVG.

A PNG is put into an SVG, so that the template has one way to place it, and its root can stay locked.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from pathlib import Path

from hub.errors import ConfigurationError
from hub.rendering.compiler import is_readable_svg

LARGEST_BYTES = 512 * 1024  # it goes into every document
LARGEST_PIXELS = 2000  # of a side: a logo is 62 mm wide at most, and 1000 are plenty
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_SIZE_AT = 16
_PNG_CHUNK_FRAME = 12  # length, kind and checksum
_SVG_WITHIN = 4096  # bytes in which an SVG's own element begins
_UNWANTED = {
    "<!doctype": "save it as plain SVG",
    "<!entity": "save it as plain SVG",
    "<script": "save it as plain SVG",
    "<foreignobject": "save it as plain SVG",
    "<text": "turn its texts into paths: the letters of its font do not go with it",
}


def read_logo(setting: str, home: Path) -> str:
    """Return the logo as SVG; blank when there is none.

    Raises:
        ConfigurationError: it cannot be read, lies outside the home, is too large, or is neither SVG nor PNG.
    """
    if not setting:
        return ""
    content = _read(setting, home)
    is_png = content.startswith(_PNG)
    svg = _png_as_svg(content) if is_png else _checked_svg(content)
    if (is_png and not _is_whole_png(content)) or not is_readable_svg(svg):
        raise _wrong("the picture is damaged", "save it again as SVG or PNG")
    return svg


def _read(setting: str, home: Path) -> bytes:
    path = (home / setting).resolve()
    if not path.is_relative_to(home.resolve()):
        raise _wrong("the file lies outside the home's folder", "put it there, and give its path from that folder")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError:
        raise _wrong("the file cannot be read", "give its path from the home's folder") from None
    if len(content) > LARGEST_BYTES:
        raise _wrong(
            f"the file has more than {LARGEST_BYTES // 1024} KiB", "save it smaller: it goes into every document"
        )
    return content


def _checked_svg(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong("the file is neither SVG nor PNG", "save it as one of the two") from None
    if "<svg" not in text[:_SVG_WITHIN]:
        raise _wrong("the file is neither SVG nor PNG", "save it as one of the two")
    lower = text.lower()
    found = next((mark for mark in _UNWANTED if mark in lower), None)
    if found is not None:
        raise _wrong(f"the SVG holds {found[1:]}, which a logo cannot have", _UNWANTED[found])
    return text


def _png_as_svg(content: bytes) -> str:
    width, height = (int.from_bytes(content[at : at + 4]) for at in (_PNG_SIZE_AT, _PNG_SIZE_AT + 4))
    if not (0 < width <= LARGEST_PIXELS and 0 < height <= LARGEST_PIXELS):
        raise _wrong(f"the picture has a side of more than {LARGEST_PIXELS} pixels, or none", "save it smaller")
    picture = b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{picture}"/></svg>'
    )


def _is_whole_png(content: bytes) -> bool:
    """Say whether every chunk has its checksum, to the last one: of a damaged picture nothing would be shown."""
    at = len(_PNG)
    while at + _PNG_CHUNK_FRAME <= len(content):
        length = int.from_bytes(content[at : at + 4])
        kind_and_data = content[at + 4 : at + 8 + length]
        stated = content[at + 8 + length : at + _PNG_CHUNK_FRAME + length]
        if zlib.crc32(kind_and_data).to_bytes(4) != stated:
            return False
        if kind_and_data[:4] == b"IEND":
            return True
        at += _PNG_CHUNK_FRAME + length
    return False


def _wrong(message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(message, where="letterhead.logo", hint=hint)
