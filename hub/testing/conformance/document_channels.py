"""The checks that every channel for documents must pass, tried on its sandbox."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest

from hub.contracts import AddressedChannel, DocumentChannel, Promise, QueryableChannel, Sandbox
from hub.model.delivery import Preparation, Prepared, Reach, Reachable, Recipient, RouteStep, Unfit
from hub.model.documents import Document, DocumentKind
from hub.rules.delivery.payment_box import payment_asked
from hub.testing.carried_files import holds_file
from hub.testing.conformance.channel_under_test import (
    NO_ANSWER,
    leaks,
    outcome_of,
    told,
)
from hub.testing.conformance.document_sending import LATER, SendingChecks
from hub.testing.plugin_imports import forbidden_imports, shared_modules
from hub.testing.sample_documents import (
    STRANGER,
    documents_with_attachments,
    hostile_recipients,
    payable_copy,
    sample_document,
)
from hub.testing.watched import no_network

MANY = 100  # documents in the largest batch that the core hands to `prepare`
LARGE_PDF = 12 * 1024 * 1024
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class DocumentChannelConformance(SendingChecks):
    """Inherit this in a class whose name begins with `Test`, and say which channel it is: see `ChannelUnderTest`."""

    def package_folder(self) -> Path:
        """Return the folder of the package that the channel belongs to."""
        channel, _ = self.source_files()
        return next(folder for folder in channel.parents if not (folder.parent / "__init__.py").exists())

    def stated_payments(self, content: bytes) -> Sequence[tuple[int, str]] | None:  # noqa: ARG002 - for those who do
        """Return what a message asks for besides its PDF and its e-invoice: amounts in öre with references, in order.

        The first is the one to pay next; empty where nothing is asked for. None, as the kit says: it never says a word
        of that.
        """
        return None

    def holds_file(self, content: bytes, file: bytes) -> bool:
        """Say whether a message has a file in it: as it is, in base64, or in a ZIP. Override it for another packing."""
        return holds_file(content, file)

    def source_files(self) -> tuple[Path, Path]:
        """Return the modules of the channel and of the sandbox."""
        with self.place() as place:
            return Path(inspect.getfile(type(place.channel()))), Path(inspect.getfile(type(place.sandbox)))

    # What it is

    def test_is_a_document_channel_with_a_stable_name(self) -> None:
        with self.place() as place:
            channel = place.channel()

            assert isinstance(channel, DocumentChannel), "the channel lacks a member of DocumentChannel"
            assert _NAME.fullmatch(channel.name), "the name is not lower case letters, digits and underscores"
            assert channel.name == place.channel().name, "the name differs from one instance to the next"

    def test_step_is_one_of_the_route(self) -> None:
        with self.place() as place:
            assert isinstance(place.channel().step, RouteStep)

    def test_carries_kinds_of_documents(self) -> None:
        with self.place() as place:
            carried = place.channel().carries

            assert carried, "it carries nothing"
            assert all(isinstance(kind, DocumentKind) for kind in carried), "it carries what is no DocumentKind"

    def test_price_is_whole_ore_and_never_below_zero(self) -> None:
        with self.place() as place:
            price_ore = place.channel().price_ore

            assert type(price_ore) is int, "the price is no whole number"
            assert price_ore >= 0, "the price is below zero"

    def test_promise_is_one_that_it_has_the_means_for(self) -> None:
        with self.place() as place:
            channel = place.channel()

            assert isinstance(channel.promise, Promise), "the promise is none"
            assert isinstance(channel, QueryableChannel) or channel.promise is not Promise.QUERYABLE, (
                "it promises `queryable` and cannot be asked"
            )

    def test_another_counterparty_is_another_endpoint(self) -> None:
        with self.place() as place, self.place() as other:
            channel = place.channel()
            if channel.promise is Promise.NEITHER or self.inboxes_of(place.sandbox) is not None:
                pytest.skip("it promises nothing of the past, or stays inside")

            assert isinstance(channel, AddressedChannel), "it does not say whom it calls"
            assert channel.endpoint == place.channel().endpoint, "the endpoint differs from one instance to the next"
            assert channel.endpoint != other.channel().endpoint, "what was sent elsewhere would be asked about here"
            assert not leaks([channel.endpoint], dict.fromkeys(place.secrets.values(), "a secret")), "it has a secret"

    def test_imports_stay_on_the_contract(self) -> None:
        found = forbidden_imports(self.package_folder())

        assert not found, f"not floors 0 to 4 of the hub: {found}"

    def test_sandbox_and_channel_share_no_module(self) -> None:
        channel, sandbox = self.source_files()
        shared = shared_modules(self.package_folder(), channel, sandbox)

        assert not shared, f"a mistake in these would stand on both sides, and nobody would see it: {shared}"

    def test_the_sandbox_is_one_of_this_channel(self) -> None:
        with self.place() as place:
            assert isinstance(place.sandbox, Sandbox), "the sandbox lacks a member of Sandbox"
            assert place.sandbox.name == place.channel().name, "the sandbox is of another channel"
            assert list(place.sandbox.received()) == [], "a new sandbox has taken something"
            with pytest.raises(ValueError):  # noqa: PT011 - that it is one is all that is asked for
                place.sandbox.order("no such fault of any sandbox")

    # Whom it reaches

    def test_who_is_reached_is_said(self) -> None:
        with self.place() as place:
            recipient = self._recipient()

            assert place.channel().reach([recipient])[recipient.key].answer is Reachable.YES

    def test_who_is_not_reached_is_said_with_a_reason(self) -> None:
        if self.stranger is None:
            pytest.skip("everybody is reached")
        with self.place() as place:
            stranger = self.recipient_of(sample_document(debtor=self.stranger))
            reach = place.channel().reach([self._recipient(), stranger]).get(stranger.key)

            assert reach is not None, "it says nothing of who is not reached"
            assert reach.answer is Reachable.NO, "who is not reached is not told so"
            assert reach.reason.strip(), "it does not say why"

    def test_only_those_asked_for_are_answered(self) -> None:
        with self.place() as place:
            asked = [self._recipient(), self.recipient_of(sample_document(debtor=self.stranger or STRANGER))]
            answers = place.channel().reach(asked)

            assert isinstance(answers, Mapping), "reach returns no mapping"
            assert set(answers) <= {one.key for one in asked}, "it answers for who was not asked for"
            assert all(isinstance(reach, Reach) for reach in answers.values()), "it answers something else than Reach"
            assert all(isinstance(reach.answer, Reachable) for reach in answers.values()), "an answer is no Reachable"

    def test_nobody_is_asked_for_without_an_answer(self) -> None:
        with self.place() as place:
            assert place.channel().reach([]) == {}

    def test_each_key_of_one_debtor_is_answered(self) -> None:
        with self.place() as place:
            recipient = self._recipient()
            twins = [recipient._replace(key=f"twin {at}") for at in range(3)]
            answers = place.channel().reach([recipient, *twins])

            assert {one.key for one in (recipient, *twins)} <= answers.keys(), "equal debtors hide each other"

    def test_odd_recipients_hold_up_no_other(self) -> None:
        with self.place() as place:
            channel, recipient = place.channel(), self._recipient()
            alone = channel.reach([recipient])[recipient.key].answer
            among = channel.reach([*hostile_recipients(), recipient])[recipient.key].answer
            said = {one.key: outcome_of(partial(channel.reach, [one])) for one in hostile_recipients()}
            wrong = {key: told(one) for key, one in said.items() if not isinstance(one, (Mapping, *NO_ANSWER))}

            assert among is alone, "a debtor is not answered for beside odd ones"
            assert not wrong, f"odd recipients end in: {wrong}"

    def test_reach_without_the_counterparty_says_not_now(self) -> None:
        with self.place() as place:
            channel = place.hurried_channel()
        said = outcome_of(partial(channel.reach, [self._recipient()]))

        assert isinstance(said, (Mapping, *NO_ANSWER)), f"neither an answer nor `not now`: {told(said)}"

    # Its messages

    def test_every_document_is_prepared_or_unfit_once(self) -> None:
        with self.place() as place:
            channel = place.channel()
            batch = place.plain(channel, MANY - len(DocumentKind)) + place.of_every_kind(channel)
            preparation = channel.prepare(batch)

            assert isinstance(preparation, Preparation), "prepare returns no Preparation"
            assert all(isinstance(one, Prepared) for one in preparation.prepared), "a message is no Prepared"
            assert all(isinstance(one.content, bytes) for one in preparation.prepared), "a message is no bytes"
            assert sorted(_answered(preparation)) == sorted(one.delivery_id for one in batch), (
                "documents are lost, repeated or invented"
            )

    def test_nothing_to_prepare_gives_nothing(self) -> None:
        with self.place() as place:
            assert _answered(place.channel().prepare([])) == []

    def test_every_kind_that_it_carries_is_prepared(self) -> None:
        with self.place() as place:
            channel = place.channel()
            carried = [one for one in place.of_every_kind(channel) if one.document.kind in channel.carries]
            prepared = {i for message in channel.prepare(carried).prepared for i in message.delivery_ids}
            refused = sorted(one.document.kind for one in carried if one.delivery_id not in prepared)

            assert not refused, f"it says that it carries these, and does not: {refused}"

    def test_who_is_unfit_is_told_why(self) -> None:
        with self.place() as place:
            unfit = place.of_all()[1].unfit

            assert all(isinstance(one, Unfit) for one in unfit), "what cannot be carried is no Unfit"
            assert all(one.reason.strip() for one in unfit), "it does not say why"

    def test_same_documents_give_the_same_bytes(self) -> None:
        with self.place() as place:
            channel = place.channel()
            batch = place.plain(channel, 5)
            first = channel.prepare(batch).prepared
            place.clock.advance(LATER)
            again = place.channel().prepare(batch).prepared
            turned = place.channel().prepare(batch[::-1]).prepared

            assert again == first, "another instance, later, makes other messages of the same documents"
            assert _alone(turned) == _alone(first), "the order of the batch changes a message"

    def test_one_odd_document_holds_up_no_other(self) -> None:
        with self.place() as place:
            channel = place.channel()
            (plain,) = place.plain(channel)
            alone = channel.prepare([plain]).prepared
            batch = [plain, *place.odd(channel)]
            among = channel.prepare(batch)

            assert sorted(_answered(among)) == sorted(one.delivery_id for one in batch), "documents are lost"
            assert any(plain.delivery_id in one.delivery_ids for one in among.prepared), (
                "a document is held up by others"
            )
            if len(alone) == 1 and _alone(among.prepared).get(plain.delivery_id, alone[0].content) != alone[0].content:
                pytest.fail("a message is another one beside odd documents")

    def test_what_it_asks_for_is_what_the_pdf_asks_for(self) -> None:
        with self.place() as place:
            channel = place.channel()
            batch = [*place.of_every_kind(channel), *place.outgoing(channel, [payable_copy(self.debtor)])]
            messages = [(one.document, message) for one in batch for message in channel.prepare([one]).prepared]
            stated = [(document, self.stated_payments(message.content)) for document, message in messages]
            wrong = [one.key for one, said in stated if said is not None and list(said[:1]) != _asked(one)]

            assert not wrong, f"another amount or reference than the PDF asks for: {wrong}"

    def test_no_attachment_is_lost_in_silence(self) -> None:
        with self.place() as place:
            channel = place.channel()
            batch = place.outgoing(channel, documents_with_attachments(self.debtor))
            preparation = channel.prepare(batch)
            attached = {one.delivery_id: one.document.attachments for one in batch}
            lost = [
                attachment.name
                for message in preparation.prepared
                for delivery_id in message.delivery_ids
                for attachment in attached[delivery_id]
                if not self.holds_file(message.content, attachment.content)
            ]

            assert sorted(_answered(preparation)) == sorted(attached), "documents with attachments are lost"
            assert not lost, f"it sends the documents without these, and should carry them or say Unfit: {lost}"

    def test_preparing_opens_no_connection(self) -> None:
        with self.place() as place:
            batch = place.plain(place.channel(), 3)
            channel = place.channel()
            with no_network() as tried:
                said = outcome_of(partial(channel.prepare, batch))

            assert not tried, f"preparing tried: {tried}"
            assert isinstance(said, Preparation), f"preparing fails without a network: {told(said)}"

    def test_preparing_delivers_nothing(self) -> None:
        with self.place() as place:
            channel = place.channel()
            channel.prepare(place.plain(channel, 3))

            assert place.taken() == 0, "the counterparty has taken what was only prepared"

    def _recipient(self) -> Recipient:
        return self.recipient_of(sample_document(debtor=self.debtor))


def _asked(document: Document) -> list[tuple[int, str]]:
    asked = payment_asked(document)
    return [] if asked is None else [(asked.amount_ore, asked.reference)]


def _answered(preparation: Preparation) -> list[str]:
    prepared = [delivery_id for message in preparation.prepared for delivery_id in message.delivery_ids]
    return sorted([*prepared, *(one.delivery_id for one in preparation.unfit)])


def _alone(prepared: Sequence[Prepared]) -> dict[str, bytes]:
    """Return the messages of one document each."""
    return {one.delivery_ids[0]: one.content for one in prepared if len(one.delivery_ids) == 1}
