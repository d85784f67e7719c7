"""Settings that cannot work are refused, and what is missing is said when the channel is made."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hub.errors import ConfigurationError
from hub.testing.contexts import ContextInMemory
from hub_email import EmailSettings, Plugin


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"security": "none"}, "implicit_tls"),
        ({"user": "hub"}, "needs a password"),
        ({"password": "secret"}, "by reference"),
        ({"sender_address": "åsa@nordvik.example"}, "plain letters"),
        ({"sender_address": "nordvik"}, "no name before"),
        ({"sender_name": "Nordvik\r\nBcc: eve@example.com"}, "sender_name"),
        ({"bounce_address": f"{'b' * 24}@nordvik.example"}, "at most 23"),
        ({"mail_folder": "/var/mail", "imap_host": "mail.nordvik.example"}, "leave mail_folder or imap_host out"),
        ({"mail_folder": "var/returned"}, "must be a whole path"),
        ({"ca_file": "issuers.pem"}, "must be a whole path"),
        ({"imap_host": "mail.nordvik.example"}, "imap_user"),
        ({"warn_above_bytes": 20_000_000}, "larger than refuse"),
        ({"price": 5}, "price"),
    ],
)
def test_settings_that_cannot_work_are_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        EmailSettings(**given)


@pytest.mark.parametrize("missing", ["host", "sender_address"])
def test_a_missing_setting_is_named(missing: str) -> None:
    given = {"host": "mail.nordvik.example", "sender_address": "faktura@nordvik.example"}
    del given[missing]

    with pytest.raises(ConfigurationError, match=rf"plugins\.email\.{missing}"):
        Plugin(EmailSettings(**given)).hub_delivery_channels(ContextInMemory())


def test_the_domain_of_an_own_address_is_written_in_ascii() -> None:
    assert EmailSettings(sender_address="a@räksmörgås.se").sender_address == "a@xn--rksmrgs-5wao1o.se"


def test_what_a_message_costs_is_whole_ore() -> None:
    assert EmailSettings(price="0,05").price_ore == 5
