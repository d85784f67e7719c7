"""Every check for receivers of notices can fail: each has a broken one that it, and no other check, catches."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from hub.contracts import PluginContext, Sandbox
from hub.testing.conformance import Place, SignedNotice, WebhookReceiverConformance
from tests.unit.testing.broken_receivers import BROKEN_RECEIVERS, SoundReceiver, signature_of
from tests.unit.testing.failing_checks import checks_of, failing_checks
from tests.unit.testing.sound_channel import TOKEN, SoundSandbox


class Kit(WebhookReceiverConformance):
    receiver_class: type[SoundReceiver] = SoundReceiver

    def make_sandbox(self, folder: Path) -> Sandbox:
        return SoundSandbox(folder)

    def make_receiver(self, table: Mapping[str, Any], context: PluginContext) -> Any:
        return self.receiver_class(context)

    def signed_notices(self, place: Place) -> Sequence[SignedNotice]:
        return [signed(place, number, paid) for number, paid in ((1, 0), (2, 12_500))]


def signed(place: Place, number: int, paid: int) -> SignedNotice:
    body = json.dumps({"id": f"sound-{number}", "paid": paid}).encode()
    notice_id, at_s = f"notice-{number}", str(int(place.clock.now().timestamp()))
    headers = {"sound-id": notice_id, "sound-time": at_s, "sound-signature": signature_of(TOKEN, notice_id, at_s, body)}
    return SignedNotice(headers, body)


def kit_for(receiver_class: type[SoundReceiver]) -> type[Kit]:
    return type("KitUnderTest", (Kit,), {"receiver_class": receiver_class})


def test_every_check_has_a_broken_receiver():
    assert set(checks_of(WebhookReceiverConformance)) == BROKEN_RECEIVERS.keys()


def test_a_right_receiver_passes_every_check():
    assert failing_checks(kit_for(SoundReceiver)) == set()


@pytest.mark.parametrize(("check", "broken"), BROKEN_RECEIVERS.items())
def test_only_its_own_check_catches_a_broken_receiver(check, broken):
    assert failing_checks(kit_for(broken)) == {check}
