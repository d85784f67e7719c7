"""What the settings have to say of who we are before there is a channel."""

from __future__ import annotations

import pytest

from hub.errors import ConfigurationError
from hub.testing.contexts import ContextInMemory
from hub_operator.networks import channel
from hub_operator.settings import OperatorSettings

A_UUID = "5a9d0b0c-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("table", "setting", "says"),
    [
        ({"network": "inexchange", "api_key": "env:K"}, "account", "erpId"),
        ({"network": "inexchange", "account": "1"}, "api_key", "env:NAME"),
        ({"network": "maventa", "api_key": "env:K", "user_api_key": "env:U"}, "account", "UUID"),
        (
            {"network": "maventa", "account": "1", "api_key": "env:K", "user_api_key": "env:U"},
            "account",
            "01234567-89ab",
        ),
        ({"network": "maventa", "account": A_UUID, "user_api_key": "env:U"}, "api_key", "env:NAME"),
        ({"network": "maventa", "account": A_UUID, "api_key": "env:K"}, "user_api_key", "env:NAME"),
    ],
)
def test_who_we_are_there_is_asked_for_by_setting(table: dict[str, object], setting: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        channel(OperatorSettings.model_validate(table), ContextInMemory({}))
    assert caught.value.where == f"plugins.operator.{setting}"
    assert says in caught.value.hint


def test_a_key_alone_is_enough_at_inexchange() -> None:
    settings = OperatorSettings.model_validate({"network": "inexchange", "account": "1", "api_key": "env:K"})

    assert channel(settings, ContextInMemory({})).name == "operator"
