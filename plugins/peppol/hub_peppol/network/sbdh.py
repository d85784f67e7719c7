"""What the envelope of a message (Standard Business Document Header) says.

The library `as4` writes it around the document; access points of somebody else write their own.
Source: Peppol Business Message Envelope 2.0.2, UN/CEFACT SBDH 1.3.
"""

from __future__ import annotations

import hashlib
import uuid
from copy import deepcopy
from typing import Any, NamedTuple

from hub.errors import FormatError
from hub_peppol.network.routing import Routing

_OURS = uuid.UUID("be7e4bab-0606-4cf0-98b0-dcacdfc26e43")  # drawn once; what our instance ids are derived under
_NAMESPACE = "{http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader}"
ENVELOPE = f"{_NAMESPACE}StandardBusinessDocument"
_HEADER = f"{_NAMESPACE}StandardBusinessDocumentHeader"


class Envelope(NamedTuple):
    """What an envelope says, and what is in it."""

    routing: Routing
    instance_id: str
    document: bytes


def instance_id(delivery_id: str, document: bytes) -> str:
    """Return the id of a message, a UUID: the same for the same delivery and document, in every process and retry."""
    return str(uuid.uuid5(_OURS, f"{delivery_id}/{hashlib.sha256(document).hexdigest()}"))


def unwrapped(root: Any) -> Any:
    """Return the root of the document in an envelope, and of one without an envelope its own, lxml elements.

    Raises:
        FormatError: an envelope with no document or several.
    """
    if root.tag != ENVELOPE:
        return root
    held = [each for each in root if isinstance(each.tag, str) and each.tag != _HEADER]
    if len(held) != 1:
        raise FormatError(
            f"an envelope with {len(held)} documents, where there is one; ask who sent it", code="ENVELOPE_UNCLEAR"
        )
    return deepcopy(held[0])  # paths within it begin at its own root
