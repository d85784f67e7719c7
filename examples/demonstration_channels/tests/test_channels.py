"""The channels over real sockets, with faults ordered from the counterparty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.contracts import DeliveryChannel, Promise, QueryableChannel
from hub.errors import ConfigurationError, OutcomeUnknownError, RejectedError, TransientError
from hub.loopback.counterparty import QUESTION, Counterparty
from hub.loopback.faults import Fault
from hub.model.attempts import Delivered, Finding, Message, Probed
from hub.testing.contexts import ContextInMemory
from hub_demonstration_channels import DemonstrationSettings, Plugin

MESSAGE = Message("k1", b"content")
TIMEOUT_S = 0.2


@pytest.fixture
def counterparty(tmp_path: Path) -> Iterator[Counterparty]:
    with Counterparty(tmp_path / "accepted.jsonl") as server:
        yield server


@pytest.fixture
def channels(counterparty: Counterparty) -> dict[Promise, Any]:
    plugin = Plugin(DemonstrationSettings(address=counterparty.address, timeout_s=TIMEOUT_S))
    return {channel.promise: channel for channel in plugin.hub_delivery_channels(ContextInMemory())}


def test_there_is_a_channel_for_each_promise(channels: dict[Promise, Any]) -> None:
    assert list(channels) == list(Promise)
    assert all(isinstance(channel, DeliveryChannel) for channel in channels.values())
    assert [isinstance(channel, QueryableChannel) for channel in channels.values()] == [False, True, False]


@pytest.mark.parametrize("promise", list(Promise))
def test_a_message_is_delivered(channels: dict[Promise, Any], promise: Promise) -> None:
    assert channels[promise].send(MESSAGE) == Delivered(f"{promise}-1")


def test_the_same_message_again_is_the_same_delivery(channels: dict[Promise, Any]) -> None:
    channel = channels[Promise.IDEMPOTENT]

    assert channel.send(MESSAGE) == channel.send(MESSAGE)
    with pytest.raises(OutcomeUnknownError):
        channel.send(Message("k1", b"other"))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.REFUSE, RejectedError),
        (Fault.BUSY, TransientError),
        (Fault.ERROR, OutcomeUnknownError),
        (
            Fault.RESET_BEFORE_READING,
            (OutcomeUnknownError, TransientError),
        ),  # as something was sent by then, or nothing
        (Fault.TIME_OUT_AFTER_ACCEPT, OutcomeUnknownError),
    ],
)
@pytest.mark.parametrize("promise", list(Promise))
def test_every_fault_has_its_error(
    channels: dict[Promise, Any],
    counterparty: Counterparty,
    promise: Promise,
    fault: Fault,
    error: type[Exception] | tuple[type[Exception], ...],
) -> None:
    counterparty.faults.order(promise, fault)
    with pytest.raises(error):
        channels[promise].send(MESSAGE)


def test_a_question_finds_what_a_lost_answer_hid(channels: dict[Promise, Any], counterparty: Counterparty) -> None:
    channel = channels[Promise.QUERYABLE]
    assert channel.probe("k1") == Probed(Finding.NOT_DELIVERED)
    counterparty.faults.order(Promise.QUERYABLE, Fault.RESET_AFTER_ACCEPT)
    with pytest.raises(OutcomeUnknownError):
        channel.send(MESSAGE)

    assert channel.probe("k1") == Probed(Finding.DELIVERED, "queryable-1")


def test_a_question_may_stay_open(channels: dict[Promise, Any], counterparty: Counterparty) -> None:
    counterparty.faults.order(QUESTION, Fault.DO_NOT_KNOW)
    counterparty.faults.order(QUESTION, Fault.ERROR)

    assert [channels[Promise.QUERYABLE].probe("k1") for _ in range(2)] == [Probed(Finding.UNKNOWN)] * 2


def test_who_does_not_name_the_key_says_nothing_about_the_message(counterparty: Counterparty) -> None:
    """A gateway, or the counterparty at a wrong address, answers 404 as well."""
    plugin = Plugin(DemonstrationSettings(address=f"{counterparty.address}/moved", timeout_s=TIMEOUT_S))
    queryable = plugin.hub_delivery_channels(ContextInMemory())[1]
    assert isinstance(queryable, QueryableChannel)

    assert queryable.probe("k1") == Probed(Finding.UNKNOWN)
    with pytest.raises(ConfigurationError):
        queryable.send(MESSAGE)


def test_it_is_not_asked_before_every_time_out_has_passed(channels: dict[Promise, Any]) -> None:
    assert channels[Promise.QUERYABLE].settled_after_s >= TIMEOUT_S + 5
