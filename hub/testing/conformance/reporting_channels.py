"""The checks of channels that report later, and of those that can be asked by our key; beside those of all channels."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import pytest

from hub.contracts import FollowedChannel, Promise, QueryableChannel
from hub.errors import HubError
from hub.model.attempts import Delivered, Finding, Probed
from hub.model.delivery import Followed, Receipt, ReceiptKind, Silence
from hub.testing.conformance.channel_under_test import (
    NO_ANSWER,
    ChannelUnderTest,
    Place,
    leaks,
    message_of,
    outcome_of,
    told,
)
from hub.testing.conformance.fault_trials import all_reports, asked_to_the_end

FEW = 3  # documents
MOST_PAGES = 200  # of the reports of a few documents
ODD_CURSORS = (
    "nonsense", "-1", "0", "9" * 30, "1e9", "{}", "[1]", "null", "\x00", "2026-11-23", "2026-13-99T99:99:99Z", "é漢",
    "../../etc/passwd", "a|b|c", "=" * 10_000,
)  # fmt: skip
_DECISIVE = (ReceiptKind.DELIVERED, ReceiptKind.RETURNED, ReceiptKind.STOPPED)


class _Sent(NamedTuple):
    delivery_ids: tuple[str, ...]
    external_id: str


class FollowedChannelConformance(ChannelUnderTest):
    """Inherit this beside `DocumentChannelConformance` for a channel that reports later what became of a document."""

    reporting_fault: str = ""  # by which what was taken comes back: for those that report nothing else

    def test_is_a_followed_channel(self) -> None:
        with self.place() as place:
            channel = place.channel()

            assert isinstance(channel, FollowedChannel), "the channel lacks a member of FollowedChannel"
            assert type(channel.silent_after_s) is int, "silent_after_s is no whole number"
            assert channel.silent_after_s > 0, "silence begins before the document is sent"
            assert isinstance(channel.silence, Silence), "silence is no Silence"

    def test_only_reports_come(self) -> None:
        with self.place() as place:
            self._send(place)
            channel, cursor = place.channel(), ""
            for _ in range(FEW):
                followed = channel.follow(cursor)
                assert isinstance(followed, Followed), "follow returns no Followed"
                assert isinstance(followed.cursor, str), "the cursor is no text"
                wrong = [text for receipt in followed.receipts for text in _wrong_parts(receipt)]
                assert not wrong, f"{wrong}"
                cursor = followed.cursor
                self.between_questions(place)

    def test_reports_are_of_what_was_sent(self) -> None:
        with self.place() as place:
            sent = self._send(place)
            strange = [one.kind for one in all_reports(place, place.channel()) if not _of_any(one, sent)]

            assert not strange, f"these name no delivery_id and no external_id of ours: {strange}"

    def test_the_same_cursor_gives_the_same_reports(self) -> None:
        with self.place() as place:
            self._send(place)
            cursor = ""
            for _ in range(4):
                first, behind = asked_to_the_end(place.channel(), cursor)
                again, _ = asked_to_the_end(place.channel(), cursor)  # the hub died before it kept the first
                lost = [one for one in _decisive(first) if one not in _decisive(again)]
                assert not lost, f"asked again with the same cursor, {len(lost)} reports are gone"
                cursor = behind
                self.between_questions(place)

    def test_every_document_is_reported_on(self) -> None:
        with self.place() as place:
            if place.channel().silence is Silence.DELIVERED and not self.reporting_fault:
                pytest.skip("its silence means delivered, and no reporting_fault says what is reported")
            sent, found, cursor = self._send(place), list[Receipt](), ""
            for at in range(12):  # each by another process, as by `hub documents follow` and by workers
                receipts, cursor = asked_to_the_end(place.channel(), cursor)
                found += receipts
                sent += self._send(place, first=100) if at == 1 else []
                self.between_questions(place)
            silent = [one for one in sent if not any(_of_any(report, [one]) for report in _decisive(found))]

            assert not silent, f"of {len(sent)} messages {len(silent)} are never reported on"

    def test_a_question_ends(self) -> None:
        with self.place() as place:
            self._send(place)
            channel = place.channel()
            _, cursor = asked_to_the_end(channel, "", MOST_PAGES)

            asked_to_the_end(channel, cursor, MOST_PAGES)

    def test_odd_cursors_end_as_the_contract_says(self) -> None:
        with self.place() as place:
            self._send(place)
            said = {cursor[:20]: outcome_of(partial(place.channel().follow, cursor)) for cursor in ODD_CURSORS}
            wrong = {cursor: told(one) for cursor, one in said.items() if not isinstance(one, (Followed, *NO_ANSWER))}

            assert not wrong, f"{wrong}"

    def test_follow_without_the_counterparty_says_not_now(self) -> None:
        with self.place() as place:
            self._send(place)
            channel = place.hurried_channel()
        said = outcome_of(partial(channel.follow, ""))

        assert isinstance(said, (Followed, *NO_ANSWER)), f"neither reports nor `not now`: {told(said)}"

    def test_reports_tell_nothing_private(self) -> None:
        with self.place() as place:
            self._send(place)
            channel, cursor, texts = place.channel(), "", list[str]()
            for _ in range(FEW):
                followed = channel.follow(cursor)
                texts += [*(one.reason for one in followed.receipts), *followed.problems]
                cursor = followed.cursor
                self.between_questions(place)
            found = leaks(texts, place.private())

            assert not found, f"reasons and problems of reports tell {found}"

    def _send(self, place: Place, first: int = 0) -> list[_Sent]:
        """Send a few documents, so that something is reported of them."""
        channel = place.channel()
        batch = place.plain(channel, first + FEW)[first:]
        prepared = channel.prepare(batch).prepared
        if self.reporting_fault:
            place.sandbox.order(self.reporting_fault, len(prepared))
        return [_Sent(one.delivery_ids, channel.send(message_of(one)).external_id) for one in prepared]


class QueryableChannelConformance(ChannelUnderTest):
    """Inherit this beside `DocumentChannelConformance` for a channel that promises `queryable`."""

    def test_is_a_queryable_channel(self) -> None:
        with self.place() as place:
            channel = place.channel()

            assert isinstance(channel, QueryableChannel), "the channel lacks a member of QueryableChannel"
            assert channel.promise is Promise.QUERYABLE, f"it can be asked, and promises {channel.promise}"

    def test_says_when_a_call_has_settled(self) -> None:
        with self.place() as place:
            settled_after_s = place.channel().settled_after_s

            assert type(settled_after_s) is int, "settled_after_s is no whole number"
            assert settled_after_s > 0, "a call is settled before it has begun"

    def test_what_was_taken_is_found(self) -> None:
        with self.place() as place:
            key, external_id = _taken(place)

            assert place.channel().probe(key) == Probed(Finding.DELIVERED, external_id)

    def test_what_was_never_sent_is_not_found(self) -> None:
        with self.place() as place:
            _taken(place)
            said = outcome_of(partial(place.channel().probe, "0" * 32))

            assert isinstance(said, (Probed, HubError)), f"no answer of the contract: {told(said)}"
            assert not isinstance(said, Probed) or said.finding is not Finding.DELIVERED, "it finds what was never sent"

    def test_asking_sends_nothing(self) -> None:
        with self.place() as place:
            key, _ = _taken(place)
            for asked in (key, "0" * 32):
                outcome_of(partial(place.channel().probe, asked))

            assert place.taken() == 1, "a question has the counterparty take a message"

    def test_without_an_answer_nothing_is_said_to_be_missing(self) -> None:
        with self.place() as place:
            key, _ = _taken(place)
            channel = place.channel()
        said = outcome_of(partial(channel.probe, key))

        assert isinstance(said, (Probed, HubError)), f"no answer of the contract: {told(said)}"
        assert not isinstance(said, Probed) or said.finding is not Finding.NOT_DELIVERED, (
            "nobody answered, and it is said that the message was not delivered: it would be sent twice"
        )


def _taken(place: Place) -> tuple[str, str]:
    """Send a document, and return its key and what the other side calls it."""
    channel = place.channel()
    (prepared,) = channel.prepare(place.plain(channel)).prepared
    message = message_of(prepared)
    delivered: Delivered = channel.send(message)
    return message.key, delivered.external_id


def _decisive(receipts: Iterable[Receipt]) -> list[Receipt]:
    return [one for one in receipts if one.kind in _DECISIVE]


def _of_any(receipt: Receipt, sent: Iterable[_Sent]) -> bool:
    if receipt.delivery_id:
        return any(receipt.delivery_id in one.delivery_ids for one in sent)
    return bool(receipt.external_id) and any(receipt.external_id == one.external_id for one in sent)


def _wrong_parts(receipt: Any) -> Iterable[str]:
    if not isinstance(receipt, Receipt):
        yield f"a report is no Receipt: {type(receipt).__name__}"
        return
    if not isinstance(receipt.kind, ReceiptKind):
        yield "the kind of a report is no ReceiptKind"
    try:
        datetime.fromisoformat(receipt.at or "2026-11-23")
    except (TypeError, ValueError):
        yield "the time of a report is no ISO time"
