"""What is to go wrong with each of many invoices, drawn by lot, and what must come of it: decided before any is sent.

The tables say of each fault of each sandbox what its README says: whether the debtor gets the document, and what the
sender hears. From them, the debtor's facts and the documented rules of routes and attempts follows where a document
ends. Nothing of the hub is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum, auto
from random import Random
from typing import NamedTuple

from hub.identifiers import luhn
from hub.model.delivery import RouteStep
from hub.model.documents import INVOICES, DocumentKind
from hub.model.parties import DebtorClass

CHANNELS = ("internal", "operator", "internet_bank", "kivra", "email", "letter")
E_INVOICES = ("internal", "operator")
MOST_FAILURES = 10  # of one message, as docs/attempts.md has it
PROMISES = {"operator": "queryable", "email": "neither"}  # the others take the same bytes once
OPERATORS_KINDS = INVOICES - {DocumentKind.INVOICE_COPY}
BANK_KINDS = {DocumentKind.INVOICE, DocumentKind.REPLACEMENT_INVOICE, DocumentKind.INTEREST_INVOICE}
NEVER_ANSWERS = ("never_answers",)  # of a question for reach: until it is not waited for any more


class Hears(StrEnum):
    """What the sender is told by one call."""

    TAKEN = auto()
    LATER = auto()  # certainly not taken; or a setting has to be mended first
    REFUSED = auto()  # the next channel
    WRONG = auto()  # the document: a person
    NOTHING = auto()  # the answer is lost, or says nothing


class Then(StrEnum):
    """What is reported of a document that was taken."""

    ARRIVES = auto()
    RETURNED = auto()  # the next channel
    STOPPED = auto()  # a person
    SILENCE = auto()  # where a report had to come: it has arrived, and only a person can find out


class Fault(NamedTuple):
    """One fault, as its sandbox's README tells it."""

    hears: Hears
    is_taken: bool = False
    then: Then = Then.ARRIVES
    is_of_content: bool = False  # it meets what is taken anew, and no repeat of it


class Ends(StrEnum):
    """Where a document ends."""

    DELIVERED = "delivered"
    HELD = "held"
    UNKNOWN = "unknown"


class End(NamedTuple):
    """What must come of a document."""

    state: Ends
    got_by: str = ""  # the channel whose other side counts it, blank: none does


class Debtor(NamedTuple):
    """What is true of a debtor."""

    identity: str
    kind: DebtorClass
    reached_by: frozenset[str]  # channels that know it; of letters: the address will do
    consents: bool = True  # to email
    is_protected: bool = False
    wish: str = ""  # the channel that it wants


class Case(NamedTuple):
    """One document, its debtor, and what goes wrong with the calls about it, each channel's in their order."""

    number: str
    kind: DocumentKind
    debtor: Debtor
    sends: Mapping[str, Sequence[str]]
    questions: Mapping[str, Sequence[str]]  # after a send of which nothing was heard
    reach: Mapping[str, Sequence[str]]


_LATER, _REFUSED, _WRONG = Fault(Hears.LATER), Fault(Hears.REFUSED), Fault(Hears.WRONG)
_LOST_BEFORE, _LOST_AFTER = Fault(Hears.NOTHING), Fault(Hears.NOTHING, is_taken=True)
_TAKEN = Fault(Hears.TAKEN, is_taken=True)


def _taken(then: Then) -> Fault:
    return Fault(Hears.TAKEN, is_taken=True, then=then, is_of_content=True)


_HTTP = {
    "busy": _LATER,
    "too_many": _LATER,
    "refuse": _REFUSED,
    "error": _LOST_BEFORE,
    "reset_before_reading": _LOST_BEFORE,
    "reset_after_accept": _LOST_AFTER,
    "error_after_accept": _LOST_AFTER,
    "time_out_after_accept": _LOST_AFTER,
}
_WITHOUT_EFFECT = {f"_{name}": _LATER for name in _HTTP}  # of calls that come before the one that counts
SENDS: Mapping[str, Mapping[str, Fault]] = {
    "internal": {"busy": _LATER, "gone": _REFUSED, "lost_before": _LOST_BEFORE, "lost_after": _LOST_AFTER},
    "operator": {
        **_HTTP,
        **{f"upload{name}": fault for name, fault in _WITHOUT_EFFECT.items()},
        **{f"token{name}": fault for name, fault in _WITHOUT_EFFECT.items()},
        "upload_refuse": _REFUSED,
        "token_expired": _TAKEN,
        "ends_in_error": _taken(Then.RETURNED),
        "ends_stopped": _taken(Then.RETURNED),
    },
    "internet_bank": {
        **_HTTP,
        "rejected_recipient": _taken(Then.RETURNED),
        "rejected_document": _taken(Then.STOPPED),
        "rejected_issuer": _taken(Then.STOPPED),
        "report_twice": _TAKEN,
    },
    "kivra": {
        **_HTTP,
        "refuse": _WRONG,
        **{f"auth{name}": fault for name, fault in _WITHOUT_EFFECT.items()},
        "expired_token": _TAKEN,
        "opted_out": _REFUSED._replace(is_of_content=True),
    },
    "email": {
        **dict.fromkeys(("connect_later", "login_later", "sender_later", "recipient_later"), _LATER),
        **dict.fromkeys(("data_later", "content_later", "cut_before_content"), _LATER),
        **dict.fromkeys(("no_starttls", "login_refused", "sender_refused"), _LATER),
        **dict.fromkeys(("recipient_refused", "content_refused", "content_too_large"), _REFUSED),
        "content_malformed": _WRONG,
        "cut_untaken": _LOST_BEFORE,
        **dict.fromkeys(("cut_after_taking", "no_answer"), _LOST_AFTER),
        **dict.fromkeys(("bounce", "bounce_twice", "full_mailbox", "gave_up"), _taken(Then.RETURNED)),
        "unreadable_return": _taken(Then.STOPPED),
        **dict.fromkeys(("delayed", "full_for_now", "complaint", "auto_reply"), _TAKEN),
    },
    "letter": {
        **dict.fromkeys(("disk_full", "damage", "cut", "no_login", "other_key"), _LATER),
        "cut_before_rename": _LOST_BEFORE,
        "lost_receipt": _LOST_AFTER,
        **dict.fromkeys(("reject_address", "return_letter"), _taken(Then.RETURNED)),
        "reject": _taken(Then.STOPPED),
        "no_report": _taken(Then.SILENCE),
        **dict.fromkeys(("repeated_report", "garbled_report"), _TAKEN),
    },
}
"""By channel and fault; `slow` is left out, since it only takes time."""

QUESTIONS = ("question_error", "question_busy", "question_reset_before_reading", "question_reset_after_accept", "blind")
REACH: Mapping[str, Sequence[str]] = {
    "operator": ("question_error", "question_busy", "question_too_many", "question_reset_after_accept"),
    "kivra": ("match_error", "match_busy", "match_too_many", "match_reset_after_accept"),
}
"""Faults of asking whether one debtor is reached: it is asked again."""

_OF_WRITING = ("disk_full", "damage", "cut")
TAKE_THEIR_TIME = ("time_out_after_accept", "no_answer")  # as names end
_DRAWN_AGAIN = 0.35  # after each fault: whether the next call goes wrong too
_MOST_DRAWN = 5  # with four questions that fail it is not given up
_KINDS = (
    *[DocumentKind.INVOICE] * 12,
    *[DocumentKind.REMINDER] * 2,
    *[kind for kind in DocumentKind if kind not in (DocumentKind.INVOICE, DocumentKind.REMINDER)],
)


# What must come of it


def expected_end(case: Case) -> End:
    """Say where a document ends and by whom its debtor gets it."""
    if case.debtor.is_protected:
        return End(Ends.HELD)
    for channel in way_of(case):
        end = _end_on(channel, case)
        if end is not None:
            return end
    return End(Ends.HELD)


def way_of(case: Case) -> list[str]:
    """Return the channels that may take a document, in the order they are tried."""
    order = sorted(CHANNELS, key=lambda channel: channel != case.debtor.wish)
    return [channel for channel in order if _may_take(channel, case)]


def _may_take(channel: str, case: Case) -> bool:
    debtor = case.debtor
    is_public = debtor.kind is DebtorClass.PUBLIC
    if channel not in debtor.reached_by or case.reach.get(channel) == NEVER_ANSWERS:
        return False
    if is_public and case.kind in INVOICES and channel not in E_INVOICES:
        return False
    if channel == "operator":  # without e-invoices, which public buyers want
        return case.kind in OPERATORS_KINDS and not is_public
    if channel == "internet_bank":
        return case.kind in BANK_KINDS
    return debtor.consents or channel != "email"


def _end_on(channel: str, case: Case) -> End | None:
    """Follow the calls of one channel; None: it goes on to the next one."""
    message = _OnChannel(channel)
    for calls, name in enumerate([*case.sends.get(channel, ()), ""], 1):
        if message.has_ended(SENDS[channel][name] if name else _TAKEN):
            return message.end
        if calls == MOST_FAILURES:
            return message.given_up()
    raise AssertionError("the last call has no fault")


class _OnChannel:
    """A message on one channel, from call to call."""

    def __init__(self, channel: str) -> None:
        self.end: End | None = None  # the next channel
        self._channel = channel
        self._promise = PROMISES.get(channel, "idempotent")
        self._is_taken = False
        self._then = Then.ARRIVES
        self._is_doubtful = False

    def has_ended(self, fault: Fault) -> bool:
        """Make one more call, and say whether it was the last."""
        if self._is_taken and fault.is_of_content:
            fault = _TAKEN
        if fault.is_taken and not self._is_taken:
            self._is_taken, self._then = True, fault.then
        match fault.hears:
            case Hears.TAKEN:
                self.end = _reported(self._channel, self._then)
            case Hears.REFUSED | Hears.WRONG if self._is_doubtful:
                self.end = _unknown(self._channel, self._is_taken)
            case Hears.REFUSED:
                self.end = None
            case Hears.WRONG:
                self.end = End(Ends.HELD)
            case Hears.NOTHING:
                return self._has_ended_unheard()
            case Hears.LATER:
                return False
        return True

    def _has_ended_unheard(self) -> bool:
        """Go by the channel's promise when an answer is lost: nothing, a question, or the same bytes again."""
        if self._promise == "neither":
            self.end = _unknown(self._channel, self._is_taken)
            return True
        if self._promise == "queryable":
            self.end = _reported(self._channel, self._then)
            return self._is_taken
        self._is_doubtful = True
        return False

    def given_up(self) -> End | None:
        return _unknown(self._channel, self._is_taken) if self._is_doubtful else None


def _reported(channel: str, then: Then) -> End | None:
    if then is Then.RETURNED:
        return None
    if then is Then.STOPPED:
        return End(Ends.HELD)
    return End(Ends.HELD if then is Then.SILENCE else Ends.DELIVERED, channel)


def _unknown(channel: str, is_taken: bool) -> End:
    """What only a person can find out, unless the other side reports what it has taken."""
    if is_taken and channel in ("operator", "internet_bank", "letter"):
        return End(Ends.DELIVERED, channel)
    return End(Ends.UNKNOWN, channel if is_taken else "")


# What goes wrong


class Lot:
    """Draws cases by a seed; few faults that take seconds."""

    def __init__(self, seed: int, *, share: float = 0.3, time_outs: int = 1) -> None:
        """`share` of first calls go wrong; of those faults that take their time `time_outs` fall on each channel."""
        self._chance = Random(seed)
        self._share = share
        self._most_time_outs = time_outs
        self._time_outs: Counter[str] = Counter()
        self._due: dict[str, list[str]] = {channel: list(faults) for channel, faults in SENDS.items()}

    def cases(self, count: int) -> list[Case]:
        """Draw so many cases."""
        return [self._case(number) for number in range(count)]

    def _case(self, number: int) -> Case:
        debtor = self._debtor(number)
        sends = {channel: faults for channel in sorted(debtor.reached_by) if (faults := self._sends(channel))}
        return Case(
            number=str(100_001 + number),
            kind=self._chance.choice(_KINDS),
            debtor=debtor,
            sends=sends,
            questions={"operator": self._some(QUESTIONS, 0.3)},
            reach=_asked_in_time({channel: self._reach(channel) for channel in REACH if channel in debtor.reached_by}),
        )

    def _debtor(self, number: int) -> Debtor:
        kind = self._chance.choices(list(DebtorClass), weights=(60, 35, 5))[0]
        likely = {"kivra": 0.35, "email": 0.4, "letter": 0.93}
        likely |= {"internet_bank": 0.3} if kind is DebtorClass.PERSON else {"internal": 0.25, "operator": 0.4}
        reached = frozenset(channel for channel in CHANNELS if self._falls(likely.get(channel, 0)))
        return Debtor(
            identity=person(number) if kind is DebtorClass.PERSON else _organisation(number),
            kind=kind,
            reached_by=reached,
            consents=not self._falls(0.1),
            is_protected=self._falls(0.01),
            wish=self._chance.choice([str(step) for step in RouteStep]) if self._falls(0.15) else "",
        )

    def _sends(self, channel: str) -> tuple[str, ...]:
        """Draw faults of calls that send, each of which is met; first those that were never drawn."""
        if not self._falls(self._share):
            return ()
        if self._falls(0.01):
            return ("connect_later" if channel == "email" else _FAILS_FOR_LONG.get(channel, "busy"),) * MOST_FAILURES
        drawn: list[str] = []
        is_taken = False
        while not drawn or (len(drawn) < _MOST_DRAWN and self._falls(_DRAWN_AGAIN)):
            name = self._draw(channel, drawn, is_repeat=is_taken)
            if not name:
                break
            drawn.append(name)
            is_taken |= SENDS[channel][name].is_taken
        return tuple(drawn)

    def _draw(self, channel: str, drawn: Sequence[str], *, is_repeat: bool) -> str:
        """Draw one; what has been taken meets no more faults of content, and a letter that is there none at all."""
        faults = SENDS[channel]
        if is_repeat and channel in ("letter", "operator", "email"):
            return ""
        fit = [name for name in faults if not (is_repeat and (faults[name].is_of_content or faults[name] == _TAKEN))]
        if "cut_before_rename" in drawn:  # all of it has been written
            fit = [name for name in fit if name not in _OF_WRITING]
        if self._time_outs[channel] == self._most_time_outs:
            fit = [name for name in fit if not name.endswith(TAKE_THEIR_TIME)]
        due = [name for name in self._due[channel] if name in fit]
        name = self._chance.choice(due or fit)
        if due:
            self._due[channel].remove(name)
        self._time_outs[channel] += name.endswith(TAKE_THEIR_TIME)
        return name

    def _reach(self, channel: str) -> tuple[str, ...]:
        return NEVER_ANSWERS if self._falls(0.02) else self._some(REACH[channel], 0.08)

    def _some(self, names: Sequence[str], likely: float) -> tuple[str, ...]:
        drawn = []
        while self._falls(likely):
            drawn.append(self._chance.choice(names))
        return tuple(drawn[:4])

    def _falls(self, likely: float) -> bool:
        return self._chance.random() < likely


def _asked_in_time(reach: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Leave faults of others out where one never answers: who has waited for that one is waited for no more."""
    if NEVER_ANSWERS not in reach.values():
        return reach
    return {channel: faults if faults == NEVER_ANSWERS else () for channel, faults in reach.items()}


_FAILS_FOR_LONG = {"letter": "disk_full"}


def person(number: int) -> str:
    """Return a personal number with a birth number that the tax agency gives to nobody (980 to 999)."""
    day, month, year = number % 28 + 1, number // 28 % 12 + 1, 1940 + number // 336 % 60
    digits = f"{year % 100:02}{month:02}{day:02}{980 + number // 20160 % 20}"
    return f"{year // 100}{digits}{luhn.check_digit(digits)}"


def _organisation(number: int) -> str:
    digits = f"5590{number:05}"
    return digits + luhn.check_digit(digits)
