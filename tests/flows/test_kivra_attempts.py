"""Documents to Kivra's sandbox through the engine of attempts, with faults at random: its own count is the judge."""

from __future__ import annotations

import io
import random
from collections import Counter
from pathlib import Path

import pytest
from attempt_world import AttemptWorld

from hub.contracts import Promise
from hub.loopback.faults import Fault
from hub.loopback.http_server import HTTP_FAULTS
from hub.model.attempts import AttemptState, PlannedMessage
from hub.model.delivery import Outgoing, Recipient
from hub.model.documents import Document
from hub.testing.contexts import ContextInMemory
from hub_kivra import KivraChannel, KivraSandbox, KivraSettings

PERSON = "191212121212"
NUMBERS = [str(number) for number in range(1001, 1013)]
MAYBE_TAKEN = [fault for fault in HTTP_FAULTS if fault is not Fault.REFUSE]


def outgoing(number: str) -> Outgoing:
    document = Document.model_validate(
        {
            "number": number,
            "issue_date": "2026-11-22",
            "due_date": "2026-12-30",
            "debtor": {"name": "Test Person", "identity": PERSON},
            "lines": [{"text": "Elnät", "amount": "100.00"}],
            "to_pay": "125.00",
            "payee_account": "bankgiro:991-2346",
            "reference": "657866",
        }
    )
    return Outgoing(f"d-{number}", document, Recipient("r", identity=PERSON), "", b"%PDF-1.7 " + number.encode())


def kivra(world: AttemptWorld, sandbox: KivraSandbox, **changes: object) -> KivraChannel:
    settings = KivraSettings.model_validate({**sandbox.settings, "timeout_s": 0.2, **changes})
    secret = sandbox.secrets["HUB_KIVRA_SANDBOX_SECRET"]
    return KivraChannel(settings, ContextInMemory({"client_secret": secret}, clock=world.clock))


def send_all(world: AttemptWorld, channel: KivraChannel) -> None:
    world.channels["kivra"] = channel
    planned = []
    for prepared in channel.prepare([outgoing(number) for number in NUMBERS]).prepared:
        kept = world.store.contents.keep(io.BytesIO(prepared.content))
        planned.append(PlannedMessage(prepared.delivery_ids[0], kept.sha256, kept.size))
    world.plan_messages("kivra", planned)
    world.work_to_the_end()


@pytest.mark.parametrize("seed", range(3))
def test_whatever_goes_wrong_every_document_arrives_once(attempt_world: AttemptWorld, tmp_path: Path, seed: int):
    chance = random.Random(seed)
    with KivraSandbox(tmp_path / "kivra") as sandbox:
        for _ in NUMBERS:
            sandbox.order(chance.choice([*MAYBE_TAKEN, "expired_token"]))
        send_all(attempt_world, kivra(attempt_world, sandbox))

        assert Counter(found.document for found in sandbox.received()) == Counter(NUMBERS)
        assert set(attempt_world.states()) == {AttemptState.DELIVERED}
        keys = {taken.object_key for taken in sandbox.service.log.all()}
    assert {attempt.external_id for attempt in attempt_world.attempts()} == keys


def test_where_repeats_are_not_dropped_a_person_decides_and_nothing_arrives_twice(
    attempt_world: AttemptWorld, tmp_path: Path
):
    with KivraSandbox(tmp_path / "kivra") as sandbox:
        sandbox.service.drops_repeats = False
        sandbox.order(Fault.RESET_AFTER_ACCEPT, 2)
        channel = kivra(attempt_world, sandbox, drops_repeats=False)
        send_all(attempt_world, channel)

        assert channel.promise is Promise.NEITHER
        assert Counter(found.document for found in sandbox.received()) == Counter(NUMBERS)
    assert Counter(attempt_world.states()) == {AttemptState.DELIVERED: 10, AttemptState.UNKNOWN: 2}


def test_who_cannot_be_reached_any_more_is_left_to_the_next_channel(attempt_world: AttemptWorld, tmp_path: Path):
    with KivraSandbox(tmp_path / "kivra") as sandbox:
        sandbox.opt_out(PERSON)
        send_all(attempt_world, kivra(attempt_world, sandbox))

        assert sandbox.received() == []
    assert set(attempt_world.states()) == {AttemptState.REJECTED}
    assert not any(PERSON in attempt.problem for attempt in attempt_world.attempts())
