"""A receiver of notices that passes the kit, and one deliberately broken for each check."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from hub.contracts import PaymentNotice, PluginContext
from hub.errors import FormatError, RejectedError
from hub.model.delivery import Receipt, ReceiptKind
from tests.unit.testing.sound_channel import TOKEN

TOLERANCE_S = 300
_ID = re.compile(r"notice-[0-9]+")
_SECONDS = re.compile(r"[0-9]{1,12}")


def signature_of(secret: str, notice_id: str, at_s: str, body: bytes) -> str:
    """Return what the other side writes."""
    return hmac.new(secret.encode(), f"{notice_id}.{at_s}.".encode() + body, hashlib.sha256).hexdigest()


class SoundReceiver:
    """Believes who has the secret, and reads JSON."""

    name: Any = "sound_notices"

    def __init__(self, context: PluginContext) -> None:
        self.context = context

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        notice_id, at_s = headers.get("sound-id", ""), headers.get("sound-time", "")
        if not _ID.fullmatch(notice_id):
            raise RejectedError("the notice has no id")
        self.check_time(at_s)
        ours = signature_of(self.secret(), notice_id, at_s, body)
        if not hmac.compare_digest(ours.encode(), headers.get("sound-signature", "").encode("ascii", "replace")):
            raise self.refused(headers, body)
        return self.id_of(notice_id)

    def check_time(self, at_s: str) -> None:
        if not at_s.isascii() or not _SECONDS.fullmatch(at_s):
            raise RejectedError("the notice has no time")
        if abs(int(at_s) - self.context.clock.now().timestamp()) > TOLERANCE_S:
            raise RejectedError("the time of the notice is not near")

    def secret(self) -> str:
        return self.context.secret("token")

    def id_of(self, notice_id: str) -> str:
        return notice_id

    def refused(self, headers: Mapping[str, str], body: bytes) -> Exception:
        return RejectedError("the signature does not hold")

    def interpret(self, body: bytes) -> Sequence[Any]:
        try:
            said = json.loads(body)
            paid = said["paid"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise FormatError("the notice cannot be read", code="NOTICE_UNREADABLE") from None
        if not isinstance(paid, int):
            raise FormatError("the notice has no amount", code="NOTICE_UNREADABLE")
        return self.read(str(said.get("id", "")), paid)

    def read(self, external_id: str, paid: int) -> Sequence[Any]:
        if not paid:
            return (Receipt(ReceiptKind.DELIVERED, external_id=external_id),)
        return (PaymentNotice("settled", external_id, paid, "SEK"),)


class NamedLikeAPath(SoundReceiver):
    name = "sound/notices"


class CallsAllTheSame(SoundReceiver):
    def id_of(self, notice_id: str) -> str:
        return "notice"


class CallsEachAnew(SoundReceiver):
    def id_of(self, notice_id: str) -> str:
        return str(uuid.uuid4())


class LooksAtTheBodyTrimmed(SoundReceiver):
    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        return super().verify(headers, body.strip())


class KnowsTheSecretByHeart(SoundReceiver):
    def secret(self) -> str:
        return TOKEN


class LooksAtNoClock(SoundReceiver):
    def check_time(self, at_s: str) -> None:
        if not at_s.isascii() or not _SECONDS.fullmatch(at_s):
            raise RejectedError("the notice has no time")


class NeedsAHeader(SoundReceiver):
    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        next(iter(headers.values()))
        return super().verify(headers, body)


class TakesSecondsForGranted(SoundReceiver):
    def check_time(self, at_s: str) -> None:
        super().check_time(str(int(at_s)))


class HasNoRoom(SoundReceiver):
    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        if len(body) > 1_000_000:
            raise MemoryError
        return super().verify(headers, body)


class RepeatsTheNotice(SoundReceiver):
    def refused(self, headers: Mapping[str, str], body: bytes) -> Exception:
        return RejectedError(f"the signature does not hold: {body.decode('utf-8', 'replace')}")


class ReadsToTables(SoundReceiver):
    def read(self, external_id: str, paid: int) -> Sequence[Any]:
        return [{"id": external_id, "paid": paid}]


class ReadsKronor(SoundReceiver):
    def read(self, external_id: str, paid: int) -> Sequence[Any]:
        return [PaymentNotice("settled", external_id, paid / 100, "SEK")]  # type: ignore[arg-type]


class LetsJsonSpeak(SoundReceiver):
    def interpret(self, body: bytes) -> Sequence[Any]:
        json.loads(body)
        return super().interpret(body)


BROKEN_RECEIVERS: dict[str, type[SoundReceiver]] = {
    "test_is_a_webhook_receiver_with_a_stable_name": NamedLikeAPath,
    "test_each_genuine_notice_has_an_id_of_its_own": CallsAllTheSame,
    "test_a_repeated_notice_has_the_same_id": CallsEachAnew,
    "test_a_changed_notice_is_refused": LooksAtTheBodyTrimmed,
    "test_who_has_another_secret_is_refused": KnowsTheSecretByHeart,
    "test_an_old_notice_is_refused": LooksAtNoClock,
    "test_odd_headers_are_refused": NeedsAHeader,
    "test_each_header_alone_may_be_odd": TakesSecondsForGranted,
    "test_a_huge_body_is_refused": HasNoRoom,
    "test_refusals_tell_nothing_private": RepeatsTheNotice,
    "test_genuine_notices_are_read": ReadsToTables,
    "test_payments_are_told_in_whole_ore": ReadsKronor,
    "test_what_cannot_be_read_is_a_format_error": LetsJsonSpeak,
}
