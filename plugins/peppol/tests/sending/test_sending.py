"""Sending over real sockets through every access point, whatever goes wrong: the sandbox's own count is the judge."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from hub.contracts import FollowedChannel, QueryableChannel
from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.loopback.faults import Fault
from hub.loopback.http_server import HTTP_FAULTS, Response
from hub.model.attempts import Finding, Message, Promise
from hub.model.delivery import Outgoing
from hub.testing.contexts import ContextInMemory
from hub_peppol.channel import PeppolChannel, SearchablePeppolChannel
from hub_peppol.sandbox import AccessPointSandbox
from hub_peppol.sandbox_books import BLIND, FORGETS_THE_KEY, Books
from hub_peppol.sandbox_documents import small_invoice
from hub_peppol.sandbox_maventa import MaventaSide

KEY = "0123456789abcdef0123456789abcdef"
PROMISES = {
    "peppyrus": Promise.NEITHER,
    "recommand": Promise.NEITHER,
    "qvalia": Promise.IDEMPOTENT,
    "storecove": Promise.IDEMPOTENT,
    "maventa": Promise.QUERYABLE,
}
TAKEN_ALL_THE_SAME = (Fault.RESET_AFTER_ACCEPT, Fault.TIME_OUT_AFTER_ACCEPT, Fault.ERROR_AFTER_ACCEPT)
CERTAINLY_NOT = {Fault.BUSY: TransientError, Fault.TOO_MANY: TransientError, Fault.REFUSE: RejectedError}


def test_each_access_point_promises_what_it_can(channel: PeppolChannel, which: str) -> None:
    assert isinstance(channel, FollowedChannel)
    assert (channel.name, channel.step, channel.promise) == ("peppol", "peppol", PROMISES[which])
    assert isinstance(channel, QueryableChannel) is (which == "maventa")


def test_the_document_arrives_as_it_was_made(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    assert channel.send(Message(KEY, content)).external_id
    digest = hashlib.sha256(small_invoice()).hexdigest()
    assert [tuple(one) for one in sandbox.received()] == [("5560000001", "1001", digest)]


@pytest.mark.parametrize(
    ("which", "written"), [("qvalia", KEY), ("storecove", "01234567-89ab-cdef-0123-456789abcdef")], indirect=["which"]
)
def test_our_key_goes_with_the_document(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes, written: str
) -> None:
    channel.send(Message(KEY, content))
    assert [one.key for one in sandbox.books.documents] == [written]


def test_a_credit_note_arrives(
    channel: PeppolChannel, sandbox: AccessPointSandbox, outgoing: Callable[..., Outgoing]
) -> None:
    (prepared,) = channel.prepare([outgoing(small_invoice(root="CreditNote"))]).prepared
    channel.send(Message(KEY, prepared.content))
    assert [one.root for one in sandbox.books.documents] == ["CreditNote"]


@pytest.mark.parametrize("fault", HTTP_FAULTS)
def test_a_fault_of_the_call_that_sends_is_told_as_it_is(
    channel_with: Callable[..., PeppolChannel], sandbox: AccessPointSandbox, content: bytes, fault: Fault
) -> None:
    sandbox.server.slow_s = 0.01
    sandbox.order(fault)
    timeout_s = 0.5 if fault is Fault.TIME_OUT_AFTER_ACCEPT else 20
    said: HubError | None = None
    try:
        channel_with(timeout_s=timeout_s).send(Message(KEY, content))
    except HubError as error:
        said = error

    assert len(sandbox.received()) == (fault in TAKEN_ALL_THE_SAME or fault is Fault.SLOW)
    assert type(said) is (type(None) if fault is Fault.SLOW else CERTAINLY_NOT.get(fault, OutcomeUnknownError))
    if isinstance(said, TransientError):
        assert said.retry_after_s == 1


def test_a_lost_answer_never_makes_two_of_one(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    sandbox.order("reset_after_accept")
    with pytest.raises(OutcomeUnknownError):
        channel.send(Message(KEY, content))
    if channel.promise is Promise.IDEMPOTENT:
        assert channel.send(Message(KEY, content)).external_id
    if isinstance(channel, SearchablePeppolChannel):
        assert channel.probe(KEY).finding is Finding.DELIVERED

    assert len(sandbox.received()) == 1


def test_a_receiver_who_has_left_is_refused_and_never_mailed(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    sandbox.books.takers.clear()
    with pytest.raises(RejectedError):
        channel.send(Message(KEY, content))
    assert sandbox.books.documents == []


def test_wrong_credentials_stop_before_anything_is_sent(
    channel_with: Callable[..., PeppolChannel],
    sandbox: AccessPointSandbox,
    content: bytes,
    context: ContextInMemory,
) -> None:
    context._secrets["api_key"] = "another key"
    with pytest.raises(ConfigurationError) as caught:
        channel_with().send(Message(KEY, content))

    assert "another key" not in str(caught.value)
    assert sandbox.received() == []


def test_an_account_that_is_not_given_is_asked_for(channel_with: Callable[..., PeppolChannel], which: str) -> None:
    if which == "peppyrus":
        pytest.skip("its key says who we are")
    with pytest.raises(ConfigurationError, match=r"plugins\.peppol\.account"):
        channel_with(account="")


@pytest.mark.parametrize("which", ["storecove"], indirect=True)
def test_a_legal_entity_is_a_number(channel_with: Callable[..., PeppolChannel]) -> None:
    with pytest.raises(ConfigurationError, match="is a number"):
        channel_with(account="c_1")


@pytest.mark.parametrize("which", ["qvalia"], indirect=True)
def test_a_number_that_qvalia_has_already_is_never_overwritten(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    """After a day it knows our key no more, and says 409: whether what lies there is ours, it does not say."""
    channel.send(Message(KEY, content))
    sandbox.order(FORGETS_THE_KEY)

    with pytest.raises(OutcomeUnknownError, match="never overwritten"):
        channel.send(Message(KEY, content))
    assert len(sandbox.received()) == 1


@pytest.mark.parametrize("which", ["qvalia"], indirect=True)
def test_a_new_version_does_not_count_as_taken_since_the_old_one_lies_there(
    channel: PeppolChannel, sandbox: AccessPointSandbox, outgoing: Callable[..., Outgoing]
) -> None:
    first, second = (outgoing(small_invoice(note=note))._replace(delivery_id=note) for note in ("first", "second"))
    before, after = (one.content for one in channel.prepare([first, second]).prepared)
    old = channel.send(Message(KEY, before)).external_id

    with pytest.raises(OutcomeUnknownError, match="earlier version"):
        channel.send(Message("f" * 32, after))
    asked = channel.follow("")
    assert [one.external_id for one in asked.receipts] == [old]  # once: nothing was noted of the second
    assert len(sandbox.received()) == 1


@pytest.mark.parametrize("which", ["maventa"], indirect=True)
def test_a_token_that_is_known_no_more_is_renewed(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    side = sandbox.server.service
    assert isinstance(side, MaventaSide)
    side.forget_tokens()
    external_id = channel.send(Message(KEY, content)).external_id
    side.forget_tokens()

    assert isinstance(channel, SearchablePeppolChannel)
    assert channel.probe(KEY).external_id == external_id
    assert len(sandbox.received()) == 1


@pytest.mark.parametrize("which", ["maventa"], indirect=True)
def test_what_was_never_sent_is_not_delivered(channel: PeppolChannel, content: bytes) -> None:
    assert isinstance(channel, SearchablePeppolChannel)
    assert channel.probe(KEY).finding is Finding.NOT_DELIVERED
    channel.send(Message(KEY, content))
    assert channel.probe("f" * 32).finding is Finding.NOT_DELIVERED


@pytest.mark.parametrize("which", ["maventa"], indirect=True)
def test_not_found_counts_only_where_the_question_is_proved_to_work(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    """A gateway, or another path after a change over there, says 404 to everything: believed, it sends twice."""
    assert isinstance(channel, SearchablePeppolChannel)
    channel.send(Message(KEY, content))
    sandbox.order(BLIND, 2)

    assert channel.probe(KEY).finding is Finding.UNKNOWN


@pytest.mark.parametrize("which", ["maventa"], indirect=True)
def test_a_refusal_of_what_may_lie_there_is_a_doubt_where_nothing_is_found(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has our UUID may say 422 as well as 409: believed, the document goes by the next channel too."""
    channel.send(Message(KEY, content))
    monkeypatch.setattr(MaventaSide, "_take", lambda *_given: Response(422, b'{"message": "uuid is taken"}'))
    sandbox.order(BLIND, 2)

    with pytest.raises(OutcomeUnknownError, match="perhaps since it was taken before"):
        channel.send(Message(KEY, content))


@pytest.mark.parametrize("which", ["maventa"], indirect=True)
def test_a_refusal_stands_where_nothing_was_ever_sent(
    channel: PeppolChannel, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MaventaSide, "_take", lambda *_given: Response(422, b"{}"))
    with pytest.raises(RejectedError):
        channel.send(Message(KEY, content))


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_not_found_at_a_wrong_address_is_no_refusal(
    channel_with: Callable[..., PeppolChannel], sandbox: AccessPointSandbox, content: bytes
) -> None:
    """404 says both: that nobody in the network has the number, and that the address is wrong."""
    with pytest.raises(ConfigurationError):
        channel_with(address=f"{sandbox.server.address}/v2").send(Message(KEY, content))


@pytest.mark.parametrize("which", ["recommand"], indirect=True)
def test_recommands_400_may_come_behind_the_sending(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    wrong = content.replace(b"Invoice-2::Invoice##", b"Invoice-2::CreditNote##")
    with pytest.raises(OutcomeUnknownError):
        channel.send(Message(KEY, wrong))


def test_the_sandbox_remembers_what_it_took(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    channel.send(Message(KEY, content))
    assert Books(sandbox.books.log, "any", "any").received() == sandbox.received()


def test_the_sandbox_refuses_a_fault_that_it_has_not(sandbox: AccessPointSandbox) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        sandbox.order("earthquake")
    for fault in sandbox.faults:
        sandbox.order(fault, times=0)
