"""How documents stand, and what comes in: asked for from cursor to cursor, told again rather than never."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.banking_calendar import FixedClock
from hub.errors import ConfigurationError, FormatError, HubError, TransientError
from hub.model.attempts import Message
from hub.model.delivery import AnswerKind, BuyerAnswer, Followed, Outgoing, Receipt, ReceiptKind
from hub.testing.contexts import A_MORNING, ContextInMemory, StateInMemory
from hub.transports.https import Answer
from hub_peppol import sandbox_peppyrus
from hub_peppol.access_points import sent_list
from hub_peppol.access_points.calls import Calls
from hub_peppol.access_points.sent_list import Place, SentList
from hub_peppol.channel import PeppolChannel
from hub_peppol.cursors import Cursor, cursor_of, written
from hub_peppol.sandbox import AccessPointSandbox
from hub_peppol.sandbox_books import ENDS_IN_ERROR
from hub_peppol.sandbox_documents import answer_about, small_invoice
from hub_peppol.sandbox_peppyrus import PeppyrusSide
from hub_peppol.sandbox_storecove import StorecoveSide

KEY = "0123456789abcdef0123456789abcdef"
BUYER = "0007:5560000001"
WITH_AN_INBOX = ["peppyrus", "recommand"]


def asked(channel: PeppolChannel, cursor: str = "", rounds: int = 4) -> Followed:
    """Ask on from cursor to cursor; return all that was told and the last cursor."""
    receipts: list[Receipt] = []
    answers: list[BuyerAnswer] = []
    problems: list[str] = []
    for _ in range(rounds):
        has_more = True
        while has_more:
            said = channel.follow(cursor)
            receipts += said.receipts
            answers += said.answers
            problems += said.problems
            cursor, has_more = said.cursor, said.has_more
    return Followed(receipts, cursor, answers=answers, problems=problems)


def kinds(followed: Followed, external_id: str) -> list[ReceiptKind]:
    return [one.kind for one in followed.receipts if one.external_id == external_id]


def test_a_document_is_under_way_and_then_delivered_once(channel: PeppolChannel, content: bytes, which: str) -> None:
    external_id = channel.send(Message(KEY, content)).external_id
    found = asked(channel)

    assert set(kinds(found, external_id)) >= {ReceiptKind.DELIVERED}
    assert kinds(asked(channel, found.cursor), external_id) == []


def test_a_document_that_fails_comes_back(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes, which: str
) -> None:
    if which == "recommand":
        pytest.skip("Recommand says at once that it has failed")
    sandbox.order(ENDS_IN_ERROR)
    external_id = channel.send(Message(KEY, content)).external_id

    assert ReceiptKind.RETURNED in kinds(asked(channel), external_id)
    assert sandbox.received() == []


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_why_a_document_failed_is_told_by_rules_alone(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    sandbox.order(ENDS_IN_ERROR)
    channel.send(Message(KEY, content))
    (returned,) = [one for one in asked(channel).receipts if one.kind is ReceiptKind.RETURNED]

    assert returned.reason == "Peppyrus could not deliver it: PEPPOL-EN16931-R001"


@pytest.mark.parametrize("which", WITH_AN_INBOX, indirect=True)
def test_an_answer_of_a_buyer_is_read_with_who_sent_it(
    channel: PeppolChannel, sandbox: AccessPointSandbox, neighbours: Any, context: ContextInMemory
) -> None:
    sandbox.books.now = context.clock.now
    neighbours.reads = lambda content, sent_by: BuyerAnswer(AnswerKind.REJECTED, document_number="7", buyer=sent_by)
    sandbox.books.comes_in(answer_about("7"), BUYER)

    assert asked(channel).answers[0] == BuyerAnswer(AnswerKind.REJECTED, document_number="7", buyer=BUYER)


@pytest.mark.parametrize("which", WITH_AN_INBOX, indirect=True)
def test_an_answer_is_told_again_until_it_is_kept(
    channel: PeppolChannel, sandbox: AccessPointSandbox, neighbours: Any, context: ContextInMemory
) -> None:
    sandbox.books.now = context.clock.now
    neighbours.reads = lambda content, sent_by: Receipt(ReceiptKind.STOPPED, external_id="e")
    came = sandbox.books.comes_in(answer_about("7"), BUYER)
    first, again = channel.follow(""), channel.follow("")

    assert first.receipts == again.receipts == [Receipt(ReceiptKind.STOPPED, external_id="e")]
    assert not came.is_read
    channel.follow(first.cursor)
    assert came.is_read or sandbox.settings["access_point"] == "recommand"  # who has no such mark


@pytest.mark.parametrize("which", WITH_AN_INBOX, indirect=True)
@pytest.mark.parametrize("kind", ReceiptKind)
def test_a_refusal_by_the_network_is_told_to_a_person_where_it_cannot_be_matched(
    channel: PeppolChannel, sandbox: AccessPointSandbox, neighbours: Any, context: ContextInMemory, kind: ReceiptKind
) -> None:
    """MLS and MLR name the envelope, whose id only Recommand tells; of the others no document would ever be found."""
    sandbox.books.now = context.clock.now
    neighbours.reads = lambda content, sent_by: Receipt(kind, external_id=str(len(content)))
    for number in ("7", "123"):
        sandbox.books.comes_in(answer_about(number), BUYER)
    said = channel.follow("")

    is_lost = channel._access_point.name == "peppyrus" and kind in (ReceiptKind.RETURNED, ReceiptKind.STOPPED)
    assert len(said.receipts) == 2
    assert len(said.problems) == (2 if is_lost else 0)
    assert len(set(said.problems)) <= 1  # one task: anybody can send such


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_an_inbox_of_many_pages_is_read_to_its_end_and_invoices_stay(
    channel: PeppolChannel, sandbox: AccessPointSandbox, neighbours: Any
) -> None:
    neighbours.reads = lambda content, sent_by: Receipt(ReceiptKind.UNDER_WAY, external_id=str(len(content)))
    for no in range(70):
        sandbox.books.comes_in(answer_about(f"{no:03}") if no % 3 else small_invoice(), BUYER)
    found = asked(channel, rounds=2)

    assert len(found.receipts) == sum(1 for no in range(70) if no % 3)
    assert sum(one.is_read for one in sandbox.books.inbox) == len(found.receipts)


def in_envelope(document: bytes) -> bytes:
    """Put a document into the envelope of the network, after a header that names nobody."""
    space = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
    begin = f'<StandardBusinessDocument xmlns="{space}"><StandardBusinessDocumentHeader/>'
    return begin.encode() + document + b"</StandardBusinessDocument>"


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
@pytest.mark.parametrize(
    "written",
    [
        in_envelope,
        lambda document: b"<!--" + b"x" * 5_000 + b"-->" + document,
        lambda document: document.decode().encode("utf-16"),
    ],
    ids=["in an envelope", "behind a long comment", "in UTF-16"],
)
def test_an_answer_is_known_however_it_is_written(
    channel: PeppolChannel, sandbox: AccessPointSandbox, neighbours: Any, written: Callable[[bytes], bytes]
) -> None:
    neighbours.reads = lambda content, sent_by: Receipt(ReceiptKind.UNDER_WAY, external_id="e")
    came = sandbox.books.comes_in(written(answer_about("7")), BUYER)
    invoice = sandbox.books.comes_in(written(small_invoice().partition(b"?>")[2]), BUYER)
    found = asked(channel, rounds=2)

    assert [one.external_id for one in found.receipts] == ["e"]
    assert (came.is_read, invoice.is_read, found.problems) == (True, False, [])


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_base64_in_lines_is_base64(
    channel: PeppolChannel, sandbox: AccessPointSandbox, neighbours: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    neighbours.reads = lambda content, sent_by: Receipt(ReceiptKind.UNDER_WAY, external_id="e")
    monkeypatch.setattr(sandbox_peppyrus.base64, "b64encode", base64.encodebytes)
    sandbox.books.comes_in(answer_about("7"), BUYER)

    assert [one.external_id for one in channel.follow("").receipts] == ["e"]


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
@pytest.mark.parametrize("content", [b"", b"no XML", answer_about("7")[:30]], ids=["nothing", "no XML", "cut short"])
def test_what_may_be_an_answer_is_told_to_a_person_and_stays_where_it_is(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    came = sandbox.books.comes_in(content, BUYER)
    sandbox.books.comes_in(small_invoice(), BUYER)
    found = asked(channel, rounds=2)

    assert len(set(found.problems)) == 1  # one task, however often it is asked
    assert not came.is_read


@pytest.mark.parametrize("which", WITH_AN_INBOX, indirect=True)
def test_what_was_taken_for_an_answer_and_is_none_is_told_to_a_person(
    channel: PeppolChannel, sandbox: AccessPointSandbox, neighbours: Any, context: ContextInMemory
) -> None:
    sandbox.books.now = context.clock.now
    neighbours.reads = lambda content, sent_by: None
    sandbox.books.comes_in(answer_about("7"), BUYER)

    assert len(channel.follow("").problems) == 1


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_what_cannot_be_read_is_told_to_a_person_and_holds_up_no_other(
    channel: PeppolChannel, sandbox: AccessPointSandbox, neighbours: Any
) -> None:
    def read(content: bytes, sent_by: str) -> Receipt:
        if b"bad" in content:
            raise FormatError("an answer breaks the rules OP-T111-R002", code="ANSWER_INVALID")
        return Receipt(ReceiptKind.DELIVERED, external_id="e")

    neighbours.reads = read
    for number in ("bad", "good"):
        sandbox.books.comes_in(answer_about(number), BUYER)
    found = channel.follow("")

    assert found.problems == ["an answer breaks the rules OP-T111-R002"]
    assert [one.external_id for one in found.receipts] == ["e"]


@pytest.mark.parametrize("which", ["storecove"], indirect=True)
def test_storecoves_notices_tell_what_buyers_answer(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    external_id = channel.send(Message(KEY, content)).external_id
    side = sandbox.server.service
    assert isinstance(side, StorecoveSide)
    side.buyer_says(external_id, "under_query")
    found = asked(channel)

    assert [(one.kind, one.external_id) for one in found.answers] == [(AnswerKind.UNDER_QUERY, external_id)]


@pytest.mark.parametrize("which", ["storecove"], indirect=True)
@pytest.mark.parametrize("guid", [None, "", "x" * 201])
def test_a_notice_that_cannot_be_taken_off_is_told_to_a_person_since_none_behind_it_is_read(
    channel: PeppolChannel, monkeypatch: pytest.MonkeyPatch, guid: str | None
) -> None:
    notice = json.dumps({"guid": guid, "body": "{}"}).encode()
    monkeypatch.setattr(Calls, "ask", lambda _self, _path: Answer(200, notice))
    said = channel.follow("")

    assert (len(said.problems), said.has_more) == (1, False)


@pytest.mark.parametrize(
    ("error", "problems"),
    [(ConfigurationError("404: look at the address"), 1), (TransientError("500: later"), 0)],
    ids=["told", "passes"],
)
def test_one_document_without_a_status_holds_up_no_other(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes, monkeypatch: pytest.MonkeyPatch,
    error: HubError, problems: int,
) -> None:  # fmt: skip
    """What does not pass by itself is told to a person; the rest is asked again, and its silence told in time."""
    channel._sent.note("odd")
    good = channel.send(Message(KEY, content)).external_id
    status = channel._access_point.status

    def asked_about(external_id: str) -> Receipt:
        if external_id == "odd":
            raise error
        return status(external_id)

    monkeypatch.setattr(channel._access_point, "status", asked_about)
    found = asked(channel, rounds=2)

    assert ReceiptKind.DELIVERED in kinds(found, good)
    told = kinds(found, "odd")
    assert set(told) == {ReceiptKind.UNDER_WAY}
    assert len(told) > 1  # asked again
    assert len(found.problems) == len(told) * problems


def test_no_status_at_all_is_the_access_points_silence(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    channel.send(Message(KEY, content))
    sandbox.order("question_busy", times=20)
    with pytest.raises(TransientError):
        channel.follow("")


def test_at_a_wrong_address_no_status_is_about_a_document(
    channel_with: Callable[..., PeppolChannel], channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    channel.send(Message(KEY, content))
    with pytest.raises(ConfigurationError):
        channel_with(address=f"{sandbox.server.address}/elsewhere").follow("")


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_a_document_that_failed_comes_back_without_a_report_too(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    side = sandbox.server.service
    assert isinstance(side, PeppyrusSide)
    side.has_reports = False
    sandbox.order(ENDS_IN_ERROR)
    channel.send(Message(KEY, content))
    found = asked(channel)

    assert "could not deliver" in next(one.reason for one in found.receipts if one.kind is ReceiptKind.RETURNED)
    assert not found.problems


@pytest.mark.parametrize("which", ["recommand"], indirect=True)
def test_what_recommand_knows_no_more_is_under_way(channel: PeppolChannel) -> None:
    channel._sent.note("doc_deleted")
    said = channel.follow("")

    assert [one.kind for one in said.receipts] == [ReceiptKind.UNDER_WAY]
    assert "knows it no more" in said.receipts[0].reason


@pytest.mark.parametrize("which", WITH_AN_INBOX, indirect=True)
def test_one_message_that_cannot_be_fetched_holds_up_no_other(
    channel: PeppolChannel, sandbox: AccessPointSandbox, neighbours: Any, context: ContextInMemory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sandbox.books.now = context.clock.now
    neighbours.reads = lambda content, sent_by: Receipt(ReceiptKind.DELIVERED, external_id="e")
    gone, came = (sandbox.books.comes_in(answer_about(number), BUYER) for number in ("7", "8"))
    ask = Calls.ask
    monkeypatch.setattr(
        Calls, "ask", lambda self, path: Answer(404, b"") if path.endswith(gone.id) else ask(self, path)
    )
    said = channel.follow("")

    assert [one.external_id for one in said.receipts] == ["e"]
    assert len(said.problems) == 1
    channel.follow(said.cursor)
    assert not gone.is_read
    assert came.is_read or sandbox.settings["access_point"] == "recommand"


@pytest.mark.parametrize("fault", ["question_error", "question_reset_before_reading", "question_busy"])
def test_no_answer_is_not_now(channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes, fault: str) -> None:
    channel.send(Message(KEY, content))
    sandbox.order(fault, times=3)
    with pytest.raises(TransientError) as raised:
        channel.follow("")
    assert raised.value.retry_after_s == (1 if fault == "question_busy" else None)


def test_a_lost_note_of_what_was_sent_is_no_failure_of_sending(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_state: object, _series: str) -> int:
        raise TransientError("the database is away")

    monkeypatch.setattr(StateInMemory, "next_number", fails)
    assert channel.send(Message(KEY, content)).external_id


# The list of what was sent


def standing(ends: dict[str, ReceiptKind]) -> Callable[[str], Receipt]:
    return lambda external_id: Receipt(ends.get(external_id, ReceiptKind.UNDER_WAY), external_id=external_id)


def listed(*external_ids: str) -> SentList:
    found = SentList(StateInMemory(), "peppyrus", FixedClock(A_MORNING))
    for external_id in external_ids:
        found.note(external_id)
    return found


def all_asked(sent: SentList, place: Place, ends: dict[str, ReceiptKind]) -> tuple[list[str], Place]:
    told: list[str] = []
    has_more = True
    while has_more:
        asked_now = sent.ask(place, standing(ends))
        told += [one.external_id for one in asked_now.receipts]
        place, has_more = asked_now.place, asked_now.has_more
    return told, place


def test_what_is_settled_is_not_asked_about_again() -> None:
    sent = listed("a", "b", "c")
    told, place = all_asked(sent, Place(), {"b": ReceiptKind.DELIVERED})
    assert told == ["a", "b", "c"]

    told, place = all_asked(sent, place, {"a": ReceiptKind.RETURNED})
    assert told == ["a", "c"]
    assert place == Place(3, 0, 3)


def test_many_documents_are_asked_about_page_by_page() -> None:
    names = [str(no) for no in range(130)]
    sent = listed(*names)

    assert len(sent.ask(Place(), standing({})).receipts) == sent_list.PAGE
    assert all_asked(sent, Place(), {})[0] == names


def test_a_number_that_nobody_wrote_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    state = StateInMemory()
    sent = SentList(state, "peppyrus", FixedClock(A_MORNING))
    sent.note("a")
    state.next_number("sent.peppyrus")  # by one who died then
    sent.note("b")

    assert all_asked(sent, Place(), {})[0] == ["a", "b"]


def test_what_never_ends_is_asked_about_for_a_month() -> None:
    clock = FixedClock(A_MORNING)
    sent = SentList(StateInMemory(), "peppyrus", clock)
    sent.note("a")
    clock.advance(timedelta(days=sent_list.LONGEST_DAYS))
    sent.note("b")
    assert all_asked(sent, Place(), {})[0] == ["a", "b"]
    clock.advance(timedelta(days=1))

    assert all_asked(sent, Place(), {}) == (["b"], Place(2, 0, 2))


def test_a_run_of_many_thousands_is_asked_about_to_its_end() -> None:
    names = [str(no) for no in range(12_000)]
    sent = listed(*names)
    told, place = all_asked(sent, Place(), dict.fromkeys(names[1:], ReceiptKind.DELIVERED))
    assert told == names
    cursor = Cursor(place, "")

    assert cursor_of(written(cursor)) == cursor
    assert all_asked(sent, place, {})[0] == names[:1]  # what is open from long ago keeps none of them


def test_what_falls_out_of_the_ring_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent_list, "RING", 60)
    names = [str(no) for no in range(1, 151)]
    sent = listed(*names)

    assert all_asked(sent, Place(), {})[0] == names[-60:]


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[1]", "null", "[1,2,3,4]", '[0,"0",0,""]', '[5,"0",4,""]', '[1,"-1",1,""]',
     f'[1,"{"f" * (sent_list.RING // 2 + 1)}",1,""]',
     '[true,"0",1,""]', '[1,"zz",1,""]', "[" * 100_000],
)  # fmt: skip
def test_a_cursor_that_is_none_of_ours_begins_anew(text: str) -> None:
    assert cursor_of(text) == Cursor(Place(), "")


def test_a_cursor_is_read_as_it_was_written() -> None:
    cursor = Cursor(Place(7, 0b101, 9), "2 a,b")
    assert cursor_of(written(cursor)) == cursor


def test_documents_of_one_channel_are_told_to_another_instance(
    channel_with: Callable[..., PeppolChannel], outgoing: Callable[..., Outgoing]
) -> None:
    (prepared,) = channel_with().prepare([outgoing()]).prepared
    external_id = channel_with().send(Message(KEY, prepared.content)).external_id

    assert ReceiptKind.DELIVERED in kinds(asked(channel_with()), external_id)
