"""Our key as access points want it."""

from __future__ import annotations

import uuid


def key_as_uuid(key: str) -> str:
    """Return our key as a UUID: 32 hexadecimal digits as they are, another key as one of its own, always the same.

    >>> key_as_uuid("0123456789abcdef0123456789abcdef")
    '01234567-89ab-cdef-0123-456789abcdef'
    """
    try:
        return str(uuid.UUID(key))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, key))
