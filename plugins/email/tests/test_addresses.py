"""What can be an address, and what came back to which."""

from __future__ import annotations

import pytest

from hub_email.addresses import AddressError, bounce_address, canonical, delivery_in


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("anna@example.com", "anna@example.com"),
        ("Anna.Oberg+el@Example.COM", "Anna.Oberg+el@example.com"),
        ("åsa@räksmörgås.se", "åsa@xn--rksmrgs-5wao1o.se"),
        ("anna@straße.example", "anna@xn--strae-oqa.example"),
        ("o'brien@example.com", "o'brien@example.com"),
    ],
)
def test_an_address_is_written_for_the_outside(address: str, written: str) -> None:
    assert canonical(address) == written


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@example.com",
        "anna@",
        "anna@example",
        "anna@127.0.0.1",
        "anna@-example.com",
        "anna@exam_ple.com",
        "anna@example..com",
        ".anna@example.com",
        "an..na@example.com",
        "anna@example.com\r\nBcc: eve@example.com",
        "anna\n@example.com",
        "anna oberg@example.com",
        "<anna@example.com>",
        "anna@example.com,eve@example.com",
        '"anna"@example.com',
        "anna@eve@example.com",
        "an\u202ena@example.com",
        f"{'å' * 40}@example.com",
        f"anna@{'a' * 64}.com",
        f"anna@{'a.' * 130}com",
    ],
)
def test_what_cannot_be_an_address_is_told_without_it(address: str) -> None:
    with pytest.raises(AddressError) as raised:
        canonical(address)
    assert "anna" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "bounce+d-17@nordvik.example",
        "<bounce+d-17@nordvik.example>",
        '"Returned" <BOUNCE+d-17@Nordvik.Example>, other@example.com',
    ],
)
def test_mail_is_known_by_the_address_that_it_came_back_to(text: str) -> None:
    assert delivery_in(["x@example.com", text], "bounce@nordvik.example") == "d-17"


@pytest.mark.parametrize(
    "text",
    [
        "bounce@nordvik.example",
        "bounce+@nordvik.example",
        "bounce+d-17@nordvik.example.eve.example",
        "xbounce+d-17@nordvik.example",
        "bounce+d 17@nordvik.example",
        f"bounce+{'d' * 41}@nordvik.example",
        "bounceXd-17@nordvik.example",
    ],
)
def test_other_addresses_are_no_returns(text: str) -> None:
    assert delivery_in([text], "bounce@nordvik.example") == ""


def test_a_bounce_address_comes_back_as_it_went() -> None:
    own = "b.ounce@nordvik.example"

    assert delivery_in([bounce_address(own, "D-17a")], own) == "D-17a"
