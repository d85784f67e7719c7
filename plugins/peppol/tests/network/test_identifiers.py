"""Participants, document types and processes in their normal form."""

from __future__ import annotations

import pytest

from hub.errors import IdentifierError
from hub_peppol.network import identifiers


@pytest.mark.parametrize(
    "text",
    [
        "0007:9999999999",
        " 0007:999999-9999 ",
        "0007:169999999999",
        "iso6523-actorid-upis::0007:9999999999",
        "9955:SE999999999901",
        "9955:se999999999901",
    ],
)
def test_an_address_has_one_normal_form(text: str) -> None:
    assert identifiers.participant(text).uri == "iso6523-actorid-upis::0007:9999999999"


def test_values_are_compared_in_small_letters() -> None:
    assert identifiers.participant("9930:DE123456789").value == "9930:de123456789"


def test_a_gln_is_checked_by_its_last_digit() -> None:
    assert identifiers.participant("0088:7300010000001").value == "0088:7300010000001"
    with pytest.raises(IdentifierError, match="GLN"):
        identifiers.participant("0088:7300010000002")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0007",
        "0007:",
        "7:9999999999",
        "0007:9999999998",
        "0007:99999",
        "9955:SE9999999999",
        "0007:SE999999999901",
        "0007:99 99",
        "0088:abc",
        "0192:å",
        "0007:²²²²²²²²²²",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        identifiers.participant(text)
    assert not text.startswith("0007:") or text[5:] == "" or text[5:] not in str(caught.value)


def test_an_address_has_130_characters_at_most() -> None:
    assert identifiers.participant("0192:" + "1" * 125)
    with pytest.raises(IdentifierError):
        identifiers.participant("0192:" + "1" * 126)


def test_everything_of_a_document_type_is_escaped_in_a_path() -> None:
    part = identifiers.INVOICE.path_part
    assert part.startswith("busdox-docid-qns%3A%3Aurn%3Aoasis%3Anames%3Aspecification%3Aubl")
    assert "%23%23urn%3Acen.eu%3Aen16931%3A2017%23compliant%23" in part
    assert not set(part) & set(":#/? ")


def test_a_document_type_keeps_its_own_scheme() -> None:
    assert identifiers.document_type("peppol-doctype-wildcard::urn:peppol:pint*").scheme == "peppol-doctype-wildcard"
    assert identifiers.document_type(identifiers.INVOICE.uri) == identifiers.INVOICE
    for wrong in ("", "urn:with blank", "urn:" + "a" * 500, "urn:\n"):
        with pytest.raises(IdentifierError):
            identifiers.document_type(wrong)
