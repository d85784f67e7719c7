"""What the envelope of a message (Standard Business Document Header) says.

The library `as4` writes it around the document; access points of somebody else write their own.
Source: Peppol Business Message Envelope 2.0.2, UN/CEFACT SBDH 1.3.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import NamedTuple

from hub_peppol.network.routing import Routing

_OURS = uuid.UUID("be7e4bab-0606-4cf0-98b0-dcacdfc26e43")  # drawn once; what our instance ids are derived under


class Envelope(NamedTuple):
    """What an envelope says, and what is in it."""

    routing: Routing
    instance_id: str
    document: bytes


def instance_id(delivery_id: str, document: bytes) -> str:
    """Return the id of a message, a UUID: the same for the same delivery and document, in every process and retry."""
    return str(uuid.uuid5(_OURS, f"{delivery_id}/{hashlib.sha256(document).hexdigest()}"))
