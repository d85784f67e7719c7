"""One deliberately broken channel for each check of the kit; every one is right but for a single fault."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

from hub.errors import OutcomeUnknownError, RejectedError, TransientError
from hub.model.attempts import Delivered, Finding, Message, Probed, Promise
from hub.model.delivery import (
    Followed,
    Outgoing,
    Preparation,
    Reach,
    Reachable,
    ReceiptKind,
    Recipient,
    Unfit,
)
from hub.model.documents import Document, DocumentKind
from tests.unit.testing.sound_channel import (
    BUSY,
    LARGEST_PDF,
    LOSE_ANSWER,
    REFUSE,
    RETURN,
    TOKEN,
    CountingSandbox,
    SoundAtOnce,
    SoundChannel,
    SoundQueryable,
    SoundSandbox,
)

# What it is


class TitledSandbox(SoundSandbox):
    name = "Sound Channel"


class NamedLikeATitle(SoundChannel):
    sandbox_class = TitledSandbox
    name = "Sound Channel"


class StepsAside(SoundChannel):
    step = "operator"


class CarriesWords(SoundChannel):
    carries = frozenset(str(kind) for kind in DocumentKind)


class CostsAFraction(SoundChannel):
    price_ore = 2.5


class PromisesWhatItCannotAsk(SoundChannel):
    sandbox_class = CountingSandbox
    promise = Promise.QUERYABLE


class CallsItsPlaceByItsName(SoundChannel):
    endpoint = "sound"


class TellsItsSecret(SoundChannel):
    @property
    def endpoint(self) -> Any:
        return f"{self.address} {TOKEN}"


class TitledElsewhere(SoundSandbox):
    name = "silent"


class HasTheSandboxOfAnother(SoundChannel):
    sandbox_class = TitledElsewhere


class SandboxThatAlwaysAnswers(SoundSandbox):
    faults = (BUSY, REFUSE, RETURN)


class NeverInDoubt(SoundChannel):
    sandbox_class = SandboxThatAlwaysAnswers


# Whom it reaches


class KnowsNobody(SoundChannel):
    def reach_of(self, one: Recipient) -> Reach:
        found = super().reach_of(one)
        return Reach(Reachable.UNKNOWN, "who knows") if found.answer is Reachable.YES else found


class SaysNoAndNothingElse(SoundChannel):
    def reach_of(self, one: Recipient) -> Reach:
        return super().reach_of(one)._replace(reason="")


class AnswersForOthers(SoundChannel):
    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        return {**super().reach(recipients), **({"another": Reach(Reachable.YES)} if recipients else {})}


class LooksAtTheFirst(SoundChannel):
    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        assert recipients[0]
        return super().reach(recipients)


class FindsByNumber(SoundChannel):
    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        return super().reach(list({one.identity: one for one in recipients}.values()))


class TakesNumbersForGranted(SoundChannel):
    def reach_of(self, one: Recipient) -> Reach:
        int(one.identity or 0)
        return super().reach_of(one)


class LetsTheSocketSpeak(SoundChannel):
    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        try:
            return super().reach(recipients)
        except TransientError:
            raise ConnectionRefusedError(111, "refused") from None


# Its messages


class TakesFiftyAtOnce(SoundChannel):
    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        return super().prepare(batch[:50])


class PreparesTheFirstFirst(SoundChannel):
    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        assert batch[0]
        return super().prepare(batch)


class SaysMoreThanItCarries(SoundChannel):
    def why_unfit(self, one: Outgoing) -> str:
        is_warning = one.document.kind is DocumentKind.WARNING
        return "warnings are not for this network" if is_warning else super().why_unfit(one)


class GivesNoReason(SoundChannel):
    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        prepared, unfit = super().prepare(batch)
        return Preparation(prepared, [one._replace(reason="") for one in unfit])


class StampsTheTime(SoundChannel):
    def table_of(self, one: Outgoing) -> dict[str, Any]:
        return {**super().table_of(one), "at": self.context.clock.now().isoformat()}


class CountsInTheBatch(SoundChannel):
    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        self._places = {one.delivery_id: at for at, one in enumerate(batch)}
        return super().prepare(batch)

    def table_of(self, one: Outgoing) -> dict[str, Any]:
        is_in_a_row = len(self._places) == 5
        return {**super().table_of(one), "place": self._places[one.delivery_id] if is_in_a_row else 0}


class AllOrNothing(SoundChannel):
    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        if any(not one.pdf.startswith(b"%PDF") for one in batch):
            return Preparation([], [Unfit(one.delivery_id, "the batch has one without a PDF") for one in batch])
        return super().prepare(batch)


class AsksForAllAtOnce(SoundChannel):
    def asks(self, document: Document) -> Sequence[tuple[int, str]]:
        is_plan = document.kind is DocumentKind.INSTALMENT_PLAN
        return [(document.to_pay_ore or 0, document.reference)] if is_plan else super().asks(document)


class SaysThatCopiesAreDrawn(SoundChannel):
    def asks(self, document: Document) -> Sequence[tuple[int, str]]:
        return [] if document.kind is DocumentKind.DIRECT_DEBIT_INVOICE else super().asks(document)


class SendsThePdfAlone(SoundChannel):
    def attached(self, document: Document) -> Sequence[bytes]:
        return []


class AttachesTheFirst(SoundChannel):
    def attached(self, document: Document) -> Sequence[bytes]:
        return super().attached(document)[:1]


class LosesWhatHasAttachments(SoundChannel):
    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        return super().prepare([one for one in batch if not one.document.attachments])


class LooksUpWhilePreparing(SoundChannel):
    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        with suppress(OSError):
            socket.getaddrinfo("127.0.0.1", 9)
        return super().prepare(batch)


class SendsWhilePreparing(SoundChannel):
    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        preparation = super().prepare(batch)
        for one in preparation.prepared if len(batch) == 3 else ():
            self.other_side().take("early", one.content)
        return preparation


class ChokesOnLargePdfs(SoundChannel):
    def why_unfit(self, one: Outgoing) -> str:
        if len(one.pdf) > LARGEST_PDF:
            raise MemoryError
        return super().why_unfit(one)


# Sending


class LeavesTheFourthOut(SoundChannel):
    def send(self, message: Message) -> Delivered:
        return Delivered("sound") if b'"1004"' in message.content else super().send(message)


class SignsInWords(SoundChannel):
    def send(self, message: Message) -> Delivered:
        return super().send(message)._replace(signed_receipt="<signed/>")


class ForgetsOverNight(SoundChannel):
    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        self.context.state.put("prepared", self.context.clock.now().isoformat(), expected_version=None)
        return super().prepare(batch)

    def send(self, message: Message) -> Delivered:
        kept = self.context.state.get("prepared")
        if kept and self.context.clock.now() - datetime.fromisoformat(kept[0]) > timedelta(days=1):
            raise RejectedError("it is too old")
        return super().send(message)


class StampsThePdf(SoundChannel):
    def table_of(self, one: Outgoing) -> dict[str, Any]:
        return super().table_of(one._replace(pdf=one.pdf + b"% sent by sound"))


class CountsItsSends(SoundChannel):
    sends = 0

    def send(self, message: Message) -> Delivered:
        self.sends += 1
        said = {**json.loads(message.content), "try": self.sends}
        return super().send(message._replace(content=json.dumps(said).encode()))


class MixesCallsUp(SoundAtOnce):
    def __init__(self, *made_of: Any) -> None:
        super().__init__(*made_of)
        self.all_are_here = Barrier(self.calls_at_once, timeout=0.1)

    def send(self, message: Message) -> Delivered:
        self.latest = message
        with suppress(BrokenBarrierError):  # a call by itself waits in vain, once
            self.all_are_here.wait()
        return super().send(self.latest)


class MakesFilesOfNumbers(SoundChannel):
    def send(self, message: Message) -> Delivered:
        if "/" in json.loads(message.content)["number"]:
            raise FileNotFoundError(2, "no such folder")
        return super().send(message)


class TakesAbsenceForARefusal(SoundChannel):
    def send(self, message: Message) -> Delivered:
        try:
            self.other_side()
        except TransientError:
            raise RejectedError("the counterparty is not there") from None
        return super().send(message)


# What goes wrong


class StumblesOnARefusal(SoundChannel):
    def meaning_of(self, answer: str, message: Message) -> Delivered:
        if answer == f"!{REFUSE}":
            raise KeyError("external_id")
        return super().meaning_of(answer, message)


class TakesALostAnswerForNoAnswer(SoundChannel):
    def meaning_of(self, answer: str, message: Message) -> Delivered:
        if answer == f"!{LOSE_ANSWER}":
            raise TransientError("the call took too long")
        return super().meaning_of(answer, message)


class TakesARefusalForAnAnswer(SoundChannel):
    def meaning_of(self, answer: str, message: Message) -> Delivered:
        return Delivered() if answer == f"!{REFUSE}" else super().meaning_of(answer, message)


class SendsAnotherTheSecondTime(SoundChannel):
    def send(self, message: Message) -> Delivered:
        content = message.content
        if self.context.state.get("doubt"):
            content = json.dumps({**json.loads(content), "again": True}).encode()
        try:
            return super().send(message._replace(content=content))
        except OutcomeUnknownError:
            self.context.state.put("doubt", "1", expected_version=None)
            raise


class GivesUpWhenItIsBusy(SoundChannel):
    def send(self, message: Message) -> Delivered:
        if self.context.state.get("busy"):
            raise RejectedError("it was busy before")
        try:
            return super().send(message)
        except TransientError:
            self.context.state.put("busy", "1", expected_version=None)
            raise


# What is told


class NamesWhoIsRefused(SoundChannel):
    def meaning_of(self, answer: str, message: Message) -> Delivered:
        if answer == f"!{REFUSE}":
            raise RejectedError(f"refused for {json.loads(message.content)['to']}")
        return super().meaning_of(answer, message)


class QuotesTheMessage(SoundChannel):
    def meaning_of(self, answer: str, message: Message) -> Delivered:
        if answer == f"!{REFUSE}":
            raise RejectedError(f"refused: {message.content[-80:].decode()}")
        return super().meaning_of(answer, message)


class LogsItsToken(SoundChannel):
    def send(self, message: Message) -> Delivered:
        logging.getLogger("hub_sound.sending").debug("sends with %s", self.context.secret("token"))
        return super().send(message)


class NamesWhoIsNotReached(SoundChannel):
    def reach_of(self, one: Recipient) -> Reach:
        found = super().reach_of(one)
        return found if found.answer is Reachable.YES else found._replace(reason=f"{one.name} is not known")


class ShowsItsToken(SoundChannel):
    def __repr__(self) -> str:
        return f"SoundChannel({self.address!r}, {self.context.secret('token')!r})"


BROKEN_CHANNELS: dict[str, list[type[SoundChannel]]] = {
    "test_is_a_document_channel_with_a_stable_name": [NamedLikeATitle],
    "test_step_is_one_of_the_route": [StepsAside],
    "test_carries_kinds_of_documents": [CarriesWords],
    "test_price_is_whole_ore_and_never_below_zero": [CostsAFraction],
    "test_promise_is_one_that_it_has_the_means_for": [PromisesWhatItCannotAsk],
    "test_the_sandbox_is_one_of_this_channel": [HasTheSandboxOfAnother],
    "test_the_sandbox_can_lose_an_answer": [NeverInDoubt],
    "test_who_is_reached_is_said": [KnowsNobody],
    "test_who_is_not_reached_is_said_with_a_reason": [SaysNoAndNothingElse],
    "test_only_those_asked_for_are_answered": [AnswersForOthers],
    "test_nobody_is_asked_for_without_an_answer": [LooksAtTheFirst],
    "test_each_key_of_one_debtor_is_answered": [FindsByNumber],
    "test_odd_recipients_hold_up_no_other": [TakesNumbersForGranted],
    "test_reach_without_the_counterparty_says_not_now": [LetsTheSocketSpeak],
    "test_every_document_is_prepared_or_unfit_once": [TakesFiftyAtOnce],
    "test_nothing_to_prepare_gives_nothing": [PreparesTheFirstFirst],
    "test_every_kind_that_it_carries_is_prepared": [SaysMoreThanItCarries],
    "test_who_is_unfit_is_told_why": [GivesNoReason],
    "test_same_documents_give_the_same_bytes": [StampsTheTime, CountsInTheBatch],
    "test_one_odd_document_holds_up_no_other": [AllOrNothing],
    "test_another_counterparty_is_another_endpoint": [CallsItsPlaceByItsName, TellsItsSecret],
    "test_what_it_asks_for_is_what_the_pdf_asks_for": [AsksForAllAtOnce, SaysThatCopiesAreDrawn],
    "test_no_attachment_is_lost_in_silence": [SendsThePdfAlone, AttachesTheFirst, LosesWhatHasAttachments],
    "test_preparing_opens_no_connection": [LooksUpWhilePreparing],
    "test_preparing_delivers_nothing": [SendsWhilePreparing],
    "test_a_large_pdf_is_prepared_or_unfit": [ChokesOnLargePdfs],
    "test_every_document_is_taken_once": [LeavesTheFourthOut],
    "test_what_is_signed_is_bytes": [SignsInWords],
    "test_the_bytes_are_all_that_sending_needs": [ForgetsOverNight],
    "test_the_rendering_arrives": [StampsThePdf],
    "test_calls_at_once_do_not_mix": [MixesCallsUp],
    "test_the_same_message_again_counts_as_promised": [CountsItsSends],
    "test_odd_documents_end_as_the_contract_says": [MakesFilesOfNumbers],
    "test_without_the_counterparty_nothing_is_in_doubt": [TakesAbsenceForARefusal],
    "test_every_fault_ends_as_the_contract_says": [StumblesOnARefusal],
    "test_what_is_certainly_not_taken_was_not_taken": [TakesALostAnswerForNoAnswer],
    "test_what_is_delivered_was_taken_or_comes_back": [TakesARefusalForAnAnswer],
    "test_a_doubt_is_settled_as_promised": [SendsAnotherTheSecondTime],
    "test_what_was_not_now_can_be_sent_later": [GivesUpWhenItIsBusy],
    "test_errors_and_log_lines_tell_nothing_private": [NamesWhoIsRefused, QuotesTheMessage, LogsItsToken],
    "test_reasons_tell_nothing_private": [NamesWhoIsNotReached],
    "test_no_secret_stands_in_a_repr": [ShowsItsToken],
}


# Channels that report later


class SpeaksAtOnce(SoundChannel):
    silent_after_s = 0


class ReportsWith(SoundChannel):
    """Its first report has other parts than it should."""

    changes: Mapping[str, Any] = {}

    def follow(self, cursor: str) -> Followed:
        receipts, behind, has_more, *_ = super().follow(cursor)
        first = [one._replace(**self.changes) for one in receipts[:1]]
        return Followed([*first, *receipts[1:]], behind, has_more)


class TellsTimeInWords(ReportsWith):
    changes = {"at": "yesterday"}  # noqa: RUF012


class ReportsToSomebodyElse(ReportsWith):
    changes = {"delivery_id": "another"}  # noqa: RUF012


class TellsWhoItWas(ReportsWith):
    changes = {"reason": "taken in by Tolvan Tolvansson"}  # noqa: RUF012


class RemembersWhatItFetched(SoundChannel):
    def follow(self, cursor: str) -> Followed:
        kept = self.context.state.get("fetched")
        followed = super().follow(kept[0] if kept else "")
        self.context.state.put("fetched", followed.cursor, expected_version=kept[1] if kept else None)
        return followed


class StepsTooFar(SoundChannel):
    def follow(self, cursor: str) -> Followed:
        receipts, behind, has_more, *_ = super().follow(cursor)
        return Followed(receipts, str(int(behind) + 3) if receipts else cursor, has_more)


class ShowsTheSecondTime(SoundChannel):
    """Reports are shown when this very instance has seen them before."""

    def follow(self, cursor: str) -> Followed:
        seen, self._seen = getattr(self, "_seen", 0), len(self.other_side().reports)
        reports = self.other_side().reports[:seen]
        return Followed(reports[self.place_of(cursor) :], str(max(seen, self.place_of(cursor))))


class TurnsManyPages(SoundChannel):
    def follow(self, cursor: str) -> Followed:
        place, _, page = cursor.partition("/")
        receipts, behind, *_ = super().follow(place)
        turned = int(page) if page.isdecimal() else 0
        return Followed(receipts, f"{behind}/{turned + 1}", turned % 300 < 299)


class ReadsItsCursor(SoundChannel):
    def place_of(self, cursor: str) -> int:
        return int(cursor or 0)


class LetsTheSocketReport(SoundChannel):
    def follow(self, cursor: str) -> Followed:
        try:
            return super().follow(cursor)
        except TransientError:
            raise ConnectionRefusedError(111, "refused") from None


BROKEN_FOLLOWED: dict[str, list[type[SoundChannel]]] = {
    "test_is_a_followed_channel": [SpeaksAtOnce],
    "test_only_reports_come": [TellsTimeInWords],
    "test_reports_are_of_what_was_sent": [ReportsToSomebodyElse],
    "test_the_same_cursor_gives_the_same_reports": [RemembersWhatItFetched],
    "test_every_document_is_reported_on": [StepsTooFar, ShowsTheSecondTime],
    "test_a_question_ends": [TurnsManyPages],
    "test_odd_cursors_end_as_the_contract_says": [ReadsItsCursor],
    "test_follow_without_the_counterparty_says_not_now": [LetsTheSocketReport],
    "test_reports_tell_nothing_private": [TellsWhoItWas],
}


# Channels that can be asked


class PromisesNothing(SoundQueryable):
    promise = Promise.NEITHER


class IsSettledAtOnce(SoundQueryable):
    settled_after_s = 0


class CallsItSomethingElse(SoundQueryable):
    def probe(self, key: str) -> Probed:
        return super().probe(key)._replace(external_id="?")


class FindsEverything(SoundQueryable):
    def probe(self, key: str) -> Probed:
        return Probed(Finding.DELIVERED, super().probe(key).external_id)


class AsksBySending(SoundQueryable):
    def probe(self, key: str) -> Probed:
        found = super().probe(key)
        if found.finding is Finding.NOT_DELIVERED:
            self.other_side().take("asked", b'{"id": "", "to": "", "number": "", "pdf": ""}')
        return found


class TakesAbsenceForNo(SoundQueryable):
    def probe(self, key: str) -> Probed:
        try:
            return super().probe(key)
        except TransientError:
            return Probed(Finding.NOT_DELIVERED)


BROKEN_QUERYABLE: dict[str, type[SoundQueryable]] = {
    "test_is_a_queryable_channel": PromisesNothing,
    "test_says_when_a_call_has_settled": IsSettledAtOnce,
    "test_what_was_taken_is_found": CallsItSomethingElse,
    "test_what_was_never_sent_is_not_found": FindsEverything,
    "test_asking_sends_nothing": AsksBySending,
    "test_without_an_answer_nothing_is_said_to_be_missing": TakesAbsenceForNo,
}


# Broken in a way that several checks see, or that only a queryable channel can be


class NeverFindsAnything(SoundQueryable):
    def probe(self, key: str) -> Probed:
        self.other_side()
        return Probed(Finding.NOT_DELIVERED)


class KeepsItInMind(SoundChannel):
    """Sends only what this very instance has prepared."""

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        preparation = super().prepare(batch)
        self.mine = {one.content for one in preparation.prepared}
        return preparation

    def send(self, message: Message) -> Delivered:
        if message.content not in getattr(self, "mine", ()):
            raise RejectedError("nobody has prepared it")
        return super().send(message)


class LosesWhatComesBack(SoundChannel):
    """Nobody hears of what came back."""

    def follow(self, cursor: str) -> Followed:
        receipts, behind, has_more, *_ = super().follow(cursor)
        return Followed([one for one in receipts if one.kind is not ReceiptKind.RETURNED], behind, has_more)


ALSO_BROKEN: dict[type[SoundChannel], set[str]] = {
    NeverFindsAnything: {"test_a_doubt_is_settled_as_promised"},
    LosesWhatComesBack: {"test_what_is_delivered_was_taken_or_comes_back"},
    KeepsItInMind: {
        "test_the_bytes_are_all_that_sending_needs",
        "test_the_same_message_again_counts_as_promised",
        "test_the_sandbox_can_lose_an_answer",
        "test_without_the_counterparty_nothing_is_in_doubt",
    },
}
