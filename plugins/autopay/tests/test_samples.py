"""The plugin's own samples: expected results, and the same money in two messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.model.payment_file import OtherEntry, Payment, Reversal
from hub.testing.golden import golden_file, read_summary, sample_files
from hub_autopay.reader import CamtReader

SAMPLES = sample_files(Path(__file__).parent / "samples")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_sample_gives_its_expected_result(sample: Path) -> None:
    expected = json.loads(golden_file(sample).read_text(encoding="utf-8"))

    assert json.loads(json.dumps(read_summary(CamtReader(), sample))) == expected


def test_there_are_samples() -> None:
    assert len(SAMPLES) == 4


def test_notification_and_statement_name_the_same_money_by_the_same_keys(read, samples) -> None:
    notification = read((samples / "giro-in-creditor-account-v08.camt054.xml").read_bytes())
    statement = read((samples / "statement-with-details-v08.camt053.xml").read_bytes())

    for kind in (Payment, Reversal):
        there, here = ([event for event in events if isinstance(event, kind)] for events in (notification, statement))
        assert [event._replace(line=0) for event in there] == [event._replace(line=0) for event in here]
        assert all(event.keys for event in there)


def test_lumps_of_a_statement_carry_the_references_of_the_notifications_entries(read, samples) -> None:
    notification = read((samples / "bankgiro-batch-v02.camt054.xml").read_bytes())
    statement = read((samples / "statement-without-details-v02.camt053.xml").read_bytes())

    deposits = {e.entry_reference for e in notification if isinstance(e, Payment | OtherEntry)}
    lumps = {e.entry_reference for e in statement if isinstance(e, OtherEntry) and e.kind == "lump"}
    assert deposits == lumps
