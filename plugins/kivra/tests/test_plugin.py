"""The plugin's card, its settings and what it offers."""

from __future__ import annotations

from pathlib import Path

import pluggy
import pytest
from pydantic import ValidationError

from hub.contracts import DocumentChannel, Promise, Sandbox, WebhookReceiver, hookspecs
from hub.errors import ConfigurationError
from hub.model.delivery import RouteStep
from hub.model.documents import DocumentKind
from hub.testing.contexts import ContextInMemory
from hub_kivra import KivraChannel, KivraSettings, Plugin


def offered(settings: KivraSettings, hook: str) -> list:
    plugins = pluggy.PluginManager("hub")
    plugins.add_hookspecs(hookspecs)
    plugins.register(Plugin(settings))
    (found,) = getattr(plugins.hook, hook)(context=ContextInMemory())
    return list(found)


def test_it_offers_the_channel_and_on_default_settings_no_receiver():
    (channel,) = offered(KivraSettings(), "hub_delivery_channels")

    assert isinstance(channel, DocumentChannel)
    assert (channel.name, channel.step) == ("kivra", RouteStep.KIVRA)
    assert set(channel.carries) == set(DocumentKind)
    assert offered(KivraSettings(), "hub_webhook_receivers") == []


@pytest.mark.parametrize("name", ["webhook_secret", "second_webhook_secret"])
def test_a_secret_turns_the_receiver_on(name):
    (receiver,) = offered(KivraSettings(**{name: "env:S"}), "hub_webhook_receivers")

    assert isinstance(receiver, WebhookReceiver)
    assert receiver.name == "kivra_payments"


def test_the_sandbox_is_one(tmp_path: Path):
    (maker,) = Plugin(KivraSettings()).hub_sandboxes()

    with maker(tmp_path) as sandbox:
        assert isinstance(sandbox, Sandbox)


def test_the_price_is_written_in_kronor():
    assert KivraChannel(KivraSettings(price="1,20"), ContextInMemory()).price_ore == 120


def test_the_promise_is_what_the_other_side_does_with_repeats():
    channels = [KivraChannel(KivraSettings(drops_repeats=drops), ContextInMemory()) for drops in (True, False)]

    assert [channel.promise for channel in channels] == [Promise.IDEMPOTENT, Promise.NEITHER]


def test_kivras_sandbox_is_not_believed_to_drop_repeats():
    address = "https://sender.sandbox-api.kivra.com"

    with pytest.raises(ValidationError, match="drops_repeats = false"):
        KivraSettings(address=address)
    assert KivraSettings(address=address, drops_repeats=False).address == address


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": "1424780396"},
        {"sender": "1424780396" + "AB" * 16},
        {"swish_alias": " "},
        {"swish_alias": "12345"},
        {"client_id": "with:colon"},
        {"client_secret": "the secret itself"},
        {"price": 1},
        {"price": "-1,00"},
        {"timeout_s": 0},
        {"drops_repeats": "yes"},
    ],
)
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ValidationError):
        KivraSettings(**wrong)


def test_the_address_is_https():
    with pytest.raises(ConfigurationError):
        KivraChannel(KivraSettings(address="http://sender.api.kivra.com"), ContextInMemory())


@pytest.mark.parametrize("missing", ["client_id", "client_secret", "sender"])
def test_a_setting_that_is_missing_is_named_and_nothing_is_called(missing, told, told_channel, message, outgoing):
    settings = told_channel._settings.model_copy(update={missing: None if missing == "client_secret" else ""})
    channel = KivraChannel(settings, ContextInMemory({"client_secret": "hidden"}))

    with pytest.raises(ConfigurationError, match=rf"plugins\.kivra\.{missing}"):
        channel.send(message())
    assert told.asked == []
