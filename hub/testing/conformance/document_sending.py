"""The checks of what a channel for documents sends: counted by the counterparty, with every fault that it has."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache, partial
from typing import Any

import pytest

from hub.contracts import ConcurrentChannel, Promise
from hub.errors import ConfigurationError, TransientError
from hub.model.attempts import Delivered
from hub.model.delivery import Preparation
from hub.testing.conformance.channel_under_test import (
    OF_THE_CONTRACT,
    ChannelUnderTest,
    leaks,
    lines,
    message_of,
    outcome_of,
    sent,
    told,
)
from hub.testing.conformance.fault_trials import FaultTrial, fault_trials, wrong_certainty, wrong_settling
from hub.testing.sample_documents import sample_document, sample_pdf
from hub.testing.watched import log_lines

LARGE_PDF = 12 * 1024 * 1024
LATER = timedelta(days=3)
AT_ONCE = 8  # documents sent by several threads


class SendingChecks(ChannelUnderTest):
    """The part of `DocumentChannelConformance` that sends."""

    passes_the_pdf_on: bool = True  # False: what the counterparty gets is another PDF, or none
    lost_without_a_word: frozenset[str] = frozenset()  # faults by which what was taken gets lost, and nobody can know

    # Sending

    def test_every_document_is_taken_once(self) -> None:
        with self.place() as place:
            channel = place.channel()
            prepared = channel.prepare(place.plain(channel, 5)).prepared
            outcomes = [sent(channel, message_of(one)) for one in prepared]
            wrong = [told(one) for one in outcomes if not isinstance(one, Delivered)]

            assert not wrong, f"sending to a sound counterparty ends in: {wrong}"
            assert all(isinstance(one.external_id, str) for one in outcomes), "an external id is no text"
            assert place.taken() == 5, f"of 5 documents the counterparty has taken {place.taken()}"

    def test_what_is_signed_is_bytes(self) -> None:
        with self.place() as place:
            channel = place.channel()
            (prepared,) = channel.prepare(place.plain(channel)).prepared
            said = sent(channel, message_of(prepared))

            receipt = said.signed_receipt if isinstance(said, Delivered) else b""
            assert isinstance(receipt, bytes), f"a signed receipt is bytes, as it came: {type(receipt).__name__}"

    def test_the_bytes_are_all_that_sending_needs(self) -> None:
        with self.place() as place:
            channel = place.channel()
            (prepared,) = channel.prepare(place.plain(channel)).prepared
            place.clock.advance(LATER)
            said = sent(place.channel(), message_of(prepared))

            assert isinstance(said, Delivered), f"another instance cannot send what this one has prepared: {told(said)}"
            assert place.taken() == 1

    def test_the_rendering_arrives(self) -> None:
        if not self.passes_the_pdf_on:
            pytest.skip("what arrives is no rendering of ours")
        with self.place() as place:
            channel = place.channel()
            batch = place.plain(channel, 3)
            for prepared in channel.prepare(batch).prepared:
                channel.send(message_of(prepared))

            assert sorted(one.sha256 for one in place.sandbox.received()) == sorted(
                [hashlib.sha256(one.pdf).hexdigest() for one in batch]
            )

    def test_calls_at_once_do_not_mix(self) -> None:
        with self.place() as place:
            channel = place.channel()
            at_once = channel.calls_at_once if isinstance(channel, ConcurrentChannel) else None
            if at_once is None:
                pytest.skip("one call at a time")
            assert type(at_once) is int, "how many calls it takes at once is no whole number"
            assert at_once >= 1, "it takes no call at all"
            prepared = channel.prepare(place.plain(channel, AT_ONCE)).prepared
            with ThreadPoolExecutor(min(at_once, AT_ONCE)) as threads:
                said = list(threads.map(partial(sent, channel), [message_of(one) for one in prepared]))

            wrong = [told(one) for one in said if not isinstance(one, Delivered)]
            assert not wrong, f"{at_once} calls at once end in: {wrong}"
            assert place.taken() == AT_ONCE, f"of {AT_ONCE} documents the counterparty has taken {place.taken()}"

    def test_the_same_message_again_counts_as_promised(self) -> None:
        with self.place() as place:
            channel = place.channel()
            if channel.promise is not Promise.IDEMPOTENT:
                pytest.skip(f"it promises {channel.promise}")
            (prepared,) = channel.prepare(place.plain(channel)).prepared
            said = [sent(one, message_of(prepared)) for one in (channel, channel, place.channel())]

            assert all(isinstance(one, Delivered) for one in said), f"again: {[told(one) for one in said]}"
            assert place.taken() == 1, f"sent three times under one key it counts {place.taken()} times"

    def test_odd_documents_end_as_the_contract_says(self) -> None:
        with self.place() as place:
            channel, preparation = place.of_all()
            said = [sent(channel, message_of(one)) for one in preparation.prepared]
            wrong = [told(one) for one in said if not isinstance(one, (Delivered, *OF_THE_CONTRACT))]

            assert not wrong, f"odd documents end in: {wrong}"

    def test_without_the_counterparty_nothing_is_in_doubt(self) -> None:
        with self.place() as place:
            channel = place.channel()
            (prepared,) = channel.prepare(place.plain(channel)).prepared
            another = place.hurried_channel()
        said = sent(another, message_of(prepared))

        assert isinstance(said, (Delivered, TransientError, ConfigurationError)), (
            f"nobody was there, so nothing was sent, and later it can be: {told(said)}"
        )

    def test_a_large_pdf_is_prepared_or_unfit(self) -> None:
        with self.place() as place:
            channel = place.channel()
            (plain,) = place.plain(channel)
            large = plain._replace(pdf=_large_pdf())
            said = outcome_of(partial(channel.prepare, [large]))

            assert isinstance(said, Preparation), f"neither a message nor unfit: {told(said)}"
            outcomes = [sent(channel, message_of(prepared)) for prepared in said.prepared]
            wrong = [told(one) for one in outcomes if not isinstance(one, (Delivered, *OF_THE_CONTRACT))]
            assert not wrong, f"sending it ends in: {wrong}"

    # What goes wrong

    def test_the_sandbox_can_lose_an_answer(self) -> None:
        assert any(trial.is_in_doubt for trial in self._trials), "no fault of the sandbox leaves a doubt to be settled"

    def test_every_fault_ends_as_the_contract_says(self) -> None:
        wrong = [
            f"{t.fault}: {told(t.said)}" for t in self._trials if not isinstance(t.said, (Delivered, *OF_THE_CONTRACT))
        ]

        assert not wrong, lines(wrong)

    def test_what_is_certainly_not_taken_was_not_taken(self) -> None:
        wrong = [complaint for trial in self._trials if (complaint := wrong_certainty(trial))]

        assert not wrong, lines(wrong)

    def test_what_is_delivered_was_taken_or_comes_back(self) -> None:
        delivered = [trial for trial in self._trials if isinstance(trial.said, Delivered)]
        lost = [
            t.fault for t in delivered if not t.taken and not t.came_back and t.fault not in self.lost_without_a_word
        ]
        twice = [trial.fault for trial in delivered if trial.taken > 1]

        assert not lost, f"said to be delivered, and neither taken nor reported as come back: {lost}"
        assert not twice, f"taken more than once: {twice}"

    def test_a_doubt_is_settled_as_promised(self) -> None:
        wrong = [complaint for trial in self._trials if (complaint := wrong_settling(trial))]

        assert not wrong, lines(wrong)

    def test_what_was_not_now_can_be_sent_later(self) -> None:
        again = [trial for trial in self._trials if isinstance(trial.said, TransientError)]
        wrong = [f"{t.fault}: {told(t.settled)}" for t in again if not isinstance(t.settled, Delivered) or t.taken != 1]

        assert not wrong, lines(wrong)

    # What is told

    def test_errors_and_log_lines_tell_nothing_private(self) -> None:
        with self.place() as place:
            private = place.private()
        wrong = [f"{trial.fault}: {what}" for trial in self._trials for what in leaks(trial.texts, private)]
        wrong += [f"{trial.fault}: a piece of the message" for trial in self._trials if trial.repeats_the_message]

        assert not wrong, lines(wrong)

    def test_reasons_tell_nothing_private(self) -> None:
        with self.place() as place, log_lines() as logged:
            channel, preparation = place.of_all()
            asked = [self.recipient_of(sample_document(debtor=one)) for one in (self.debtor, self.stranger) if one]
            reasons = [one.reason for one in preparation.unfit]
            reasons += [reach.reason for reach in channel.reach(asked).values()]
            found = leaks([*reasons, *logged], place.private())

        assert not found, f"reasons and log lines tell {found}"

    def test_no_secret_stands_in_a_repr(self) -> None:
        with self.place() as place:
            channel = place.channel()
            (prepared,) = channel.prepare(place.plain(channel)).prepared
            sent(channel, message_of(prepared))
            shown = [repr(channel), str(channel), *map(repr, getattr(channel, "__dict__", {}).values())]

            assert not leaks(shown, dict.fromkeys(place.secrets.values(), "a secret")), "the channel shows a secret"

    @property
    def _trials(self) -> list[FaultTrial]:
        kit: Any = type(self)
        return fault_trials(kit)


@cache
def _large_pdf() -> bytes:
    return sample_pdf("large", size=LARGE_PDF)
