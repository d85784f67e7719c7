"""Who has registered: the last registration wins, whatever order and however often they come."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from hub.banking_calendar import FixedClock
from hub.errors import ConfigurationError, TransientError
from hub.model.delivery import Reachable, Recipient
from hub.model.parties import DebtorClass
from hub.testing.contexts import StateInMemory
from hub_internet_bank import InternetBankChannel
from hub_internet_bank.hand_off import Registration
from hub_internet_bank.register import Register
from hub_internet_bank.sandbox import DistributorSandbox

PERSON = "191212121212"
COORDINATION = "197010632391"
EVENTS = (
    Registration(1, True, PERSON, "bank-a"),
    Registration(2, True, PERSON, "bank-b"),
    Registration(3, False, PERSON, "bank-a"),
)


def answer(channel: InternetBankChannel, recipient: Recipient) -> tuple[Reachable, str]:
    reach = channel.reach([recipient])[recipient.key]
    assert PERSON not in reach.reason
    return reach.answer, reach.address


def test_a_person_who_has_registered_is_reached(channel: InternetBankChannel, recipient: Recipient) -> None:
    assert answer(channel, recipient) == (Reachable.YES, "FMI-1")
    assert answer(channel, recipient._replace(identity="", e_bank_address="fmi-1 ")) == (Reachable.YES, "fmi-1 ")


def test_a_registration_that_has_ended_is_none(
    channel: InternetBankChannel, sandbox: DistributorSandbox, recipient: Recipient, clock: FixedClock
) -> None:
    assert answer(channel, recipient)[0] is Reachable.YES
    sandbox.desk.end(PERSON, "FMI-1")

    assert answer(channel, recipient)[0] is Reachable.YES  # our register may be a minute old
    clock.advance(timedelta(minutes=1))
    assert answer(channel, recipient)[0] is Reachable.NO
    assert answer(channel, recipient._replace(identity="", e_bank_address="FMI-1"))[0] is Reachable.NO


def test_the_last_bank_wins(
    channel: InternetBankChannel, sandbox: DistributorSandbox, recipient: Recipient, clock: FixedClock
) -> None:
    answer(channel, recipient)
    sandbox.desk.register(PERSON, "FMI-2")
    sandbox.desk.end(PERSON, "FMI-1")  # the old bank tells it afterwards
    clock.advance(timedelta(minutes=1))

    assert answer(channel, recipient) == (Reachable.YES, "FMI-2")
    assert answer(channel, recipient._replace(identity="", e_bank_address="FMI-1"))[0] is Reachable.NO


@pytest.mark.parametrize("order", list(itertools.permutations(EVENTS)))
def test_any_order_ends_in_the_same(order: tuple[Registration, ...]) -> None:
    register = Register(StateInMemory())
    for registration in (*order, *order):
        register.note(registration)

    assert register.of_person(PERSON) == (True, "bank-b")
    assert (register.of_fmi("bank-b"), register.of_fmi("bank-a")) == (True, False)


@pytest.mark.parametrize("puts", range(12))
def test_a_process_that_dies_in_the_middle_is_caught_up_with(puts: int) -> None:
    """Its cursor stands where it stood, so the next one notes the same page again."""
    state = StateInMemory()
    mortal = Register(Dying(state, puts))
    with suppress(KilledError):
        for registration in EVENTS:
            mortal.note(registration)
    register = Register(state)
    for registration in EVENTS:
        register.note(registration)

    assert register.of_person(PERSON) == (True, "bank-b")
    assert (register.of_fmi("bank-b"), register.of_fmi("bank-a")) == (True, False)


class KilledError(Exception):
    """The process is dead."""


class Dying(StateInMemory):
    """Values of a process that dies at one of its writings."""

    def __init__(self, state: StateInMemory, puts: int) -> None:
        super().__init__()
        self._values = state._values
        self._puts = puts

    def put(self, name: str, value: str, *, expected_version: int | None) -> bool:
        self._puts -= 1
        if self._puts < 0:
            raise KilledError
        return super().put(name, value, expected_version=expected_version)


def test_no_personal_number_is_kept(
    channel: InternetBankChannel,
    sandbox: DistributorSandbox,
    state: StateInMemory,
    recipient: Recipient,
    clock: FixedClock,
) -> None:
    """Not even where the name in the bank is made of it."""
    sandbox.desk.register(PERSON, f"SE-{PERSON}-1")
    assert answer(channel, recipient) == (Reachable.YES, f"SE-{PERSON}-1")
    clock.advance(timedelta(hours=1))
    sandbox.desk.register(PERSON, PERSON[2:])
    assert answer(channel, recipient) == (Reachable.YES, PERSON[2:])

    kept = [f"{name} {value}" for name, (value, _) in state._values.items()]
    assert len(kept) > 3
    assert not [text for text in kept if PERSON[2:] in text]


def test_two_tenants_keep_different_hashes() -> None:
    names = []
    for _ in range(2):
        state = StateInMemory()
        Register(state).note(EVENTS[0])
        names.append({name for name in state._values if name.startswith("person:")})

    assert not names[0] & names[1]


def test_two_processes_share_one_register(
    channel_with: Callable[..., InternetBankChannel], recipient: Recipient
) -> None:
    assert answer(channel_with(), recipient) == answer(channel_with(), recipient) == (Reachable.YES, "FMI-1")


def test_many_registrations_come_page_by_page(
    channel: InternetBankChannel, sandbox: DistributorSandbox, recipient: Recipient
) -> None:
    for no in range(250):
        sandbox.desk.register(COORDINATION, f"bank-{no}")

    assert answer(channel, recipient._replace(identity=COORDINATION)) == (Reachable.YES, "bank-249")


def test_what_was_read_before_the_distributor_failed_is_not_read_again(
    channel: InternetBankChannel, sandbox: DistributorSandbox, recipient: Recipient
) -> None:
    for no in range(150):
        sandbox.desk.register(COORDINATION, f"bank-{no}")
    sandbox.server.slow_s = 0.0
    sandbox.order("registrations_slow")
    sandbox.order("registrations_error")
    with pytest.raises(TransientError):
        channel.reach([recipient])

    assert answer(channel, recipient)[0] is Reachable.YES


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"debtor_class": DebtorClass.COMPANY, "identity": "5560000001"}, "private persons"),
        ({"identity": "1212121212"}, "century"),
        ({"identity": ""}, "neither"),
        ({"identity": COORDINATION}, "not registered"),
    ],
)
def test_who_is_not_reached_is_told_why(
    channel: InternetBankChannel, recipient: Recipient, changes: dict[str, str], why: str
) -> None:
    reach = channel.reach([recipient._replace(**changes)])["k1"]

    assert (reach.answer, why in reach.reason) == (Reachable.NO, True)


@pytest.mark.parametrize(
    "changes", [{"debtor_class": DebtorClass.COMPANY}, {"identity": "1212121212"}, {"identity": ""}]
)
def test_who_could_be_in_no_register_is_answered_without_asking_for_it(
    channel: InternetBankChannel, sandbox: DistributorSandbox, recipient: Recipient, changes: dict[str, str]
) -> None:
    sandbox.order("registrations_error", 1_000)

    assert answer(channel, recipient._replace(**changes)) == (Reachable.NO, "")


@pytest.mark.parametrize("fault", ["error", "refuse", "reset_after_accept"])
def test_a_question_without_an_answer_has_handed_nothing_over(
    channel: InternetBankChannel, sandbox: DistributorSandbox, recipient: Recipient, fault: str
) -> None:
    sandbox.order(f"registrations_{fault}")
    with pytest.raises(TransientError) as caught:
        channel.reach([recipient])

    assert not any(said in str(caught.value) for said in ("may have been taken", "it was refused"))


@pytest.mark.parametrize("name", ["fui", "issuer_orgnr", "agreement_bankgiro"])
def test_without_the_agreement_nobody_is_asked_about(
    channel_with: Callable[..., InternetBankChannel], recipient: Recipient, name: str
) -> None:
    with pytest.raises(ConfigurationError, match=rf"plugins\.internet_bank\.{name}"):
        channel_with(**{name: ""}).reach([recipient])
