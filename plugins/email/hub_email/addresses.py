"""Email addresses: what can be one, how it is written on the outside, and the addresses that bounces come back to.

Sources: RFC 5321 (4.1.2, 4.5.3.1), RFC 6531 for letters outside ASCII, RFC 5891 for domains with such letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import idna

_LOCAL = re.compile(r"[^\s\x00-\x20\x7f-\x9f@<>()\[\]\\,;:\"]+")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LONGEST_LOCAL = 64  # bytes
_LONGEST = 254


class AddressError(ValueError):
    """The address cannot be one; the message says why and never repeats it."""


def canonical(address: str) -> str:
    """Return an address with its domain in ASCII; what is before the @ stays as it is.

    Raises AddressError.

    >>> canonical("faktura@räksmörgås.se")
    'faktura@xn--rksmrgs-5wao1o.se'
    """
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or not local.isprintable():
        raise AddressError("the email address has no name before the @, or signs that cannot be there")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise AddressError("the name before the @ begins or ends with a point, or has two in a row")
    written = f"{local}@{_ascii_domain(domain)}"
    if len(local.encode()) > _LONGEST_LOCAL or len(written.encode()) > _LONGEST:
        raise AddressError("the email address is too long")
    return written


def _ascii_domain(domain: str) -> str:
    try:
        written = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        raise AddressError("the domain of the email address cannot be one") from None
    labels = written.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise AddressError("the domain of the email address cannot be one")
    return written


def domain_of(address: str) -> str:
    """Return what stands behind the @."""
    return address.rpartition("@")[2]


def bounce_address(address: str, delivery_id: str) -> str:
    """Return the address that one document's mail comes back to (VERP).

    >>> bounce_address("bounce@example.se", "d-17")
    'bounce+d-17@example.se'
    """
    local, _, domain = address.rpartition("@")
    return f"{local}+{delivery_id}@{domain}"


def delivery_in(texts: Iterable[str], address: str) -> str:
    """Return the id in the first address of ours that mail came back to, blank when there is none."""
    local, _, domain = address.rpartition("@")
    pattern = rf"(?<![\w.+-]){re.escape(local)}\+([A-Za-z0-9-]{{1,40}})@{re.escape(domain)}(?![\w.-])"
    found = (re.search(pattern, text, re.IGNORECASE) for text in texts)
    return next((match[1] for match in found if match), "")
