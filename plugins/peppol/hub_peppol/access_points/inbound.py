"""Which of the documents that come in are answers: told by their root, not by where in their bytes a word stands."""

from __future__ import annotations

from hub.formats.xml_stream import probe
from hub_peppol.judging.reading import root_of
from hub_peppol.judging.specification import is_answer
from hub_peppol.network.sbdh import ENVELOPE, unwrapped


def holds_answer(content: bytes) -> bool:
    """Say whether a document, with or without its envelope, is an Invoice Response, MLR or MLS.

    Raises:
        FormatError: it cannot be read, so that it cannot be told.
    """
    begins = probe(content)
    return is_answer(unwrapped(root_of(content)) if begins.tag == ENVELOPE else begins)
