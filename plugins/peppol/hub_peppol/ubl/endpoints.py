"""Electronic addresses (`EndpointID`): whose they are, and whether a number can be right.

Source: Peppol policy for use of identifiers; PEPPOL-COMMON-R040 to R053, PEPPOL-EN16931-CL008.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from stdnum.au import abn
from stdnum.be import vat as belgian
from stdnum.no import orgnr as norwegian

from hub.errors import IdentifierError
from hub.identifiers import electronic_address, organisation_number
from hub.identifiers.electronic_address import GLN, ORGANISATION, SWEDISH_VAT
from hub.model.company import Company
from hub.model.documents import Document
from hub_peppol.judging.code_list import CodeList

_SCHEMES = CodeList("peppol_address_schemes")


class Endpoint(NamedTuple):
    """A scheme of EAS and a number in it; both blank where nothing tells one."""

    scheme: str
    number: str


def endpoint_of_seller(seller: Company, stated: str) -> Endpoint:
    """Return where a company is found: what its settings state, else its organisation number."""
    return read_endpoint(stated) if stated else _of_organisation(seller.organisation_number)


def endpoint_of_buyer(document: Document) -> Endpoint:
    """Return where a debtor is found: its stated address, else its organisation number, else nothing."""
    debtor = document.debtor
    if debtor.e_invoice_address:
        return read_endpoint(debtor.e_invoice_address)
    identity = debtor.identity or ""
    return _of_organisation(identity) if organisation_number.is_valid(identity) else Endpoint("", "")


def read_endpoint(written: str) -> Endpoint:
    """Split `0007:5567321707`; the scheme is blank where there is none. Swedish numbers get their one normal form."""
    scheme, colon, number = written.partition(":")
    if not colon:
        return Endpoint("", written.strip())
    endpoint = Endpoint(scheme.strip(), number.strip())
    if endpoint.scheme in (ORGANISATION, SWEDISH_VAT):
        with suppress(IdentifierError):
            return Endpoint(ORGANISATION, electronic_address.validate(":".join(endpoint)).partition(":")[2])
    return endpoint


def is_right(endpoint: Endpoint) -> bool:
    """Say whether the scheme is one of Peppol's and the number can be one of it."""
    if endpoint.scheme not in _SCHEMES:
        return False
    return bool(endpoint.number) and _CHECKS.get(endpoint.scheme, _anything)(endpoint.number)


def _of_organisation(number: str) -> Endpoint:
    return Endpoint(ORGANISATION, organisation_number.compact(number))


def _is_address(scheme: str) -> Callable[[str], bool]:
    return lambda number: electronic_address.is_valid(f"{scheme}:{number}")


def _digits(pattern: str, check: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda number: re.fullmatch(pattern, number, re.ASCII) is not None and check(number)


def _anything(number: str) -> bool:
    return len(number) <= 50 and not re.search(r"\s", number)


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    ORGANISATION: _is_address(ORGANISATION),
    GLN: _is_address(GLN),
    "0096": _digits(r"\d{10}", _anything),
    "0151": _digits(r"\d{11}", abn.is_valid),
    "0184": _digits(r"(DK)?\d{8}", _anything),
    "0192": _digits(r"\d{9}", norwegian.is_valid),
    "0198": _digits(r"DK\d{8}", _anything),
    "0208": _digits(r"\d{10}", belgian.is_valid),
}
