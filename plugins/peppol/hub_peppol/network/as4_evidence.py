"""What is kept of a message that was taken: its receipt, and what the receipt's digests are of.

A receipt signs digests of a message that has times in it: neither it nor the document alone shows that they belong
together. So a ZIP holds all three, each as it was: `receipt.xml`, `message.xml` (what we signed, as it went out) and
`payload.gz` (the envelope with the document, as it was before it was encrypted).
"""

from __future__ import annotations

import gzip
import hashlib
from base64 import b64encode
from collections.abc import Iterable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

from hub.errors import ConfigurationError

_DS = "{http://www.w3.org/2000/09/xmldsig#}"


def compressed(payload: bytes, message: bytes, moments: Iterable[int]) -> bytes:
    """Return a payload in the very bytes that a message has signed.

    Args:
        payload: what was compressed.
        message: the signed SOAP envelope.
        moments: seconds of the system's time, one of which stands in the compressed bytes; who compressed it keeps
            neither it nor them.

    Raises:
        ConfigurationError: none of them gives what was signed.
    """
    signed = _signed(message)
    for moment in (*moments, 0):
        content = gzip.compress(payload, mtime=moment)
        if _digest(content) in signed:
            return content
    raise ConfigurationError(
        "what AS4 has signed cannot be kept, so nothing was sent", hint="install the release of as4 that is asked for"
    )


def evidence(receipt: bytes, message: bytes, payload: bytes) -> bytes:
    """Put them together, always in the same way."""
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as file:
        for name, content in (("receipt.xml", receipt), ("message.xml", message), ("payload.gz", payload)):
            file.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return kept.getvalue()


def _signed(message: bytes) -> set[str | None]:
    references = etree.fromstring(message).iterfind(f".//{_DS}SignedInfo/{_DS}Reference")
    return {one.findtext(f"{_DS}DigestValue") for one in references}


def _digest(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode("ascii")
