"""Whether a file stands in a message: as it is, in base64, or in what is itself packed, as XML in base64 in JSON."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile

_LINE_ENDS = b"\r\n"  # a mail breaks base64 into lines
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_BASE64 = re.compile(rb"[A-Za-z0-9_-]{64,}")  # what is shorter holds no file


def holds_file(message: bytes, file: bytes) -> bool:
    """Say whether all bytes of a file stand in a message, in one piece."""
    written = urlsafe_b64encode(file).rstrip(b"=")
    layers = [message]
    while layers:
        layer = layers.pop()
        text = layer.translate(_URL_SAFE, _LINE_ENDS)
        if file in layer or written in text:
            return True
        layers += [*_unzipped(layer), *_decoded(text)]
    return False


def _unzipped(layer: bytes) -> Iterator[bytes]:
    try:
        with ZipFile(BytesIO(layer)) as archive:
            yield from [archive.read(name) for name in archive.namelist()]
    except BadZipFile:
        return


def _decoded(text: bytes) -> Iterator[bytes]:
    for run in _BASE64.findall(text):
        try:
            yield urlsafe_b64decode(run + b"=" * (-len(run) % 4))
        except Error:
            continue  # letters that were no base64
