"""The checks that every receiver of notices (*webhook*) must pass: who is believed, and what is read."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from hub.contracts import PaymentNotice, PluginContext, WebhookReceiver
from hub.errors import FormatError, RejectedError
from hub.model.delivery import BuyerAnswer, Receipt
from hub.testing.conformance.channel_under_test import ChannelUnderTest, Place, leaks, outcome_of, told

HUGE = 20 * 1024 * 1024
A_DAY = timedelta(days=1)
ODD_VALUES = ("", " ", "\x00", "é", "٣", "-1", "1e9", "NaN", "9" * 400, "v1,", "v1,=", "=" * 10_000, "null", "{}")
ODD_BODIES = (
    b"", b"{", b"[]", b"null", b"7", b'"text"', b"\xff\xfe\x00", b"{}", b'{"type": []}', b"[" * 50_000, b"\x00" * 1000,
    b'{"type": "x", "data": {}}', b'{"data": {"amount": NaN}}', b"<xml/>",
)  # fmt: skip
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class SignedNotice(NamedTuple):
    """A notice as the other side posts it; header names are small letters."""

    headers: Mapping[str, str]
    body: bytes


class WebhookReceiverConformance(ChannelUnderTest):
    """Inherit this in a class whose name begins with `Test`, and say how the other side signs its notices."""

    receiver_name: str = ""  # which one, where the plugin offers several

    def signed_notices(self, place: Place) -> Sequence[SignedNotice]:
        """Return two different genuine notices or more, signed with the sandbox's secrets at `place.clock.now()`."""
        raise NotImplementedError("signed_notices must return notices as the other side signs them")

    def make_receiver(self, table: Mapping[str, Any], context: PluginContext) -> Any:
        """Return a new receiver, built as the hub builds it."""
        hook = self.plugin(self.plugin.Settings.model_validate(table)).hub_webhook_receivers
        offered = hook(context) if "context" in inspect.signature(hook).parameters else hook()
        return next(one for one in offered if self.receiver_name in ("", one.name))

    # Who is believed

    def test_is_a_webhook_receiver_with_a_stable_name(self) -> None:
        with self.place() as place:
            receiver = self._receiver(place)

            assert isinstance(receiver, WebhookReceiver), "the receiver lacks a member of WebhookReceiver"
            assert _NAME.fullmatch(receiver.name), "the name is no last part of a path: small letters, digits, _"

    def test_each_genuine_notice_has_an_id_of_its_own(self) -> None:
        with self.place() as place:
            notices = self.signed_notices(place)
            ids = [self._receiver(place).verify(*notice) for notice in notices]

            assert len(notices) > 1, "signed_notices returns fewer than two"
            assert all(isinstance(one, str) and one.strip() for one in ids), "an id is blank, or no text"
            assert len(set(ids)) == len(ids), "two notices have one id: the second would be taken for a repeat"

    def test_a_repeated_notice_has_the_same_id(self) -> None:
        with self.place() as place:
            notice, *_ = self.signed_notices(place)
            ids = {self._receiver(place).verify(*notice) for _ in range(2)}

            assert len(ids) == 1, "the same notice has another id the second time: it would be taken for a new one"

    def test_a_changed_notice_is_refused(self) -> None:
        with self.place() as place:
            notice, other, *_ = self.signed_notices(place)
            bodies = {"a byte more": notice.body + b" ", "cut": notice.body[:-1], "empty": b"", "another": other.body}
            said = {how: self._verified(place, notice._replace(body=body)) for how, body in bodies.items()}

            assert not _believed(said), f"believed although the body is not what was signed: {_believed(said)}"

    def test_who_has_another_secret_is_refused(self) -> None:
        with self.place() as place:
            notice, *_ = self.signed_notices(place)
            ours = {name: _other(secret) for name, secret in place.secrets.items()}
            said = {"": outcome_of(partial(self.make_receiver(place.table, place.context(ours)).verify, *notice))}

            assert not _believed(said), "believed although it is signed by another secret than ours"

    def test_an_old_notice_is_refused(self) -> None:
        with self.place() as place:
            notice, *_ = self.signed_notices(place)
            place.clock.advance(A_DAY)
            said = {"a day old": self._verified(place, notice)}
            place.clock.advance(-2 * A_DAY)
            said["of tomorrow"] = self._verified(place, notice)

            assert not _believed(said), f"believed although its time is not near: {_believed(said)}"

    def test_odd_headers_are_refused(self) -> None:
        with self.place() as place:
            notice, *_ = self.signed_notices(place)
            odd: dict[str, Mapping[str, str]] = {"none at all": {}}
            odd |= {f"{value[:9]!r} everywhere": dict.fromkeys(notice.headers, value) for value in ODD_VALUES}
            said = {how: self._verified(place, SignedNotice(headers, notice.body)) for how, headers in odd.items()}
            wrong = {how: told(one) for how, one in said.items() if not isinstance(one, RejectedError)}

            assert not wrong, f"not refused with RejectedError: {wrong}"

    def test_each_header_alone_may_be_odd(self) -> None:
        with self.place() as place:
            notice, *_ = self.signed_notices(place)
            genuine = self._verified(place, notice)
            odd = [{**notice.headers, name: value} for name in notice.headers for value in ODD_VALUES]
            odd += [{key: value for key, value in notice.headers.items() if key != name} for name in notice.headers]
            odd.append({name.title(): value for name, value in notice.headers.items()})
            said = [self._verified(place, SignedNotice(headers, notice.body)) for headers in odd]
            wrong = {told(one) for one in said if not isinstance(one, RejectedError) and one != genuine}

            assert not wrong, f"neither refused with RejectedError nor the same notice: {wrong}"

    def test_a_huge_body_is_refused(self) -> None:
        with self.place() as place:
            notice, *_ = self.signed_notices(place)
            said = self._verified(place, notice._replace(body=bytes(HUGE)))

            assert isinstance(said, RejectedError), f"not refused with RejectedError: {told(said)}"

    def test_refusals_tell_nothing_private(self) -> None:
        with self.place() as place:
            notice, *_ = self.signed_notices(place)
            said = self._verified(place, notice._replace(body=notice.body + b" "))
            read = outcome_of(partial(self._receiver(place).interpret, notice.body[: len(notice.body) // 2]))
            private = place.private() | {notice.body.decode("utf-8", "replace")[:60]: "the notice"}
            private |= {value: f"the header {name}" for name, value in notice.headers.items() if "signature" in name}

            assert not leaks((str(one) for one in (said, read) if isinstance(one, Exception)), private)

    # What is read

    def test_genuine_notices_are_read(self) -> None:
        with self.place() as place:
            for notice in self.signed_notices(place):
                found = self._receiver(place).interpret(notice.body)
                known = (Receipt, PaymentNotice, BuyerAnswer)
                assert all(isinstance(one, known) for one in found), "neither report, answer nor payment"

    def test_payments_are_told_in_whole_ore(self) -> None:
        with self.place() as place:
            notices = [self._receiver(place).interpret(notice.body) for notice in self.signed_notices(place)]
            amounts = [one.amount_ore for found in notices for one in found if isinstance(one, PaymentNotice)]

            assert all(type(amount_ore) is int for amount_ore in amounts), "an amount is no whole number of öre"

    def test_what_cannot_be_read_is_a_format_error(self) -> None:
        with self.place() as place:
            genuine = [notice.body for notice in self.signed_notices(place)]
            cut = [body[: len(body) * at // 10] for body in genuine for at in range(10)]
            said = [outcome_of(partial(self._receiver(place).interpret, body)) for body in (*ODD_BODIES, *cut)]
            wrong = {told(one) for one in said if not isinstance(one, (Sequence, FormatError))}

            assert not wrong, f"neither read nor a FormatError: {wrong}"

    def _receiver(self, place: Place) -> Any:
        return self.make_receiver(place.table, place.context())

    def _verified(self, place: Place, notice: SignedNotice) -> Any:
        return outcome_of(partial(self._receiver(place).verify, *notice))


def _believed(said: Mapping[str, Any]) -> list[str]:
    return [how for how, one in said.items() if not isinstance(one, RejectedError)]


def _other(secret: str) -> str:
    """Return another secret of the same form: every letter and digit but the first few is exchanged."""
    exchanged = secret.translate(str.maketrans("ABCDabcd01234567", "BADCbadc10325476"))
    return secret[:6] + exchanged[6:] if len(secret) > 12 else exchanged
