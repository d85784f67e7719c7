"""The registers of the network, asked over real sockets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.banking_calendar import FixedClock
from hub.errors import HubError, TransientError, UntrustedAnswer
from hub.transports import timed_calls
from hub_peppol.network import identifiers
from hub_peppol.network.capabilities import NetworkCapabilities
from hub_peppol.network.lookup import Lookup, Wanted
from hub_peppol.network.outcome import FOUND_HOLDS_S, NOT_THERE_HOLDS_S, Found, NotThere, Takes
from hub_peppol.network.smp import Question, Smp
from hub_peppol.network.trust import issuers_of
from hub_peppol.sandbox_network import SandboxNetwork
from hub_peppol.sandbox_smp import Entry

BUYER = identifiers.participant("0007:5560000001")
OTHER = identifiers.participant("0007:9999999999")
WANTED = Wanted(BUYER, identifiers.INVOICE, identifiers.BILLING_PROCESS)
ENTRY = Entry(BUYER.value, identifiers.INVOICE.value, identifiers.BILLING_PROCESS.value)


def test_a_receiver_is_found_with_address_and_certificate(
    network: SandboxNetwork, lookup: Lookup, now: datetime
) -> None:
    found = lookup.find(WANTED, now)
    assert isinstance(found, Found)
    assert found.address == "https://ap.example.com/as4"
    assert found.certificate
    assert found.process == identifiers.BILLING_PROCESS
    assert found.holds_for_s == FOUND_HOLDS_S


def test_who_is_not_registered_is_not_there(network: SandboxNetwork, lookup: Lookup, now: datetime) -> None:
    answer = lookup.find(WANTED._replace(participant=OTHER), now)
    assert isinstance(answer, NotThere)
    assert not answer.is_registered


def test_a_document_type_that_is_not_taken_is_told_from_not_being_registered(
    network: SandboxNetwork, lookup: Lookup, now: datetime
) -> None:
    answer = lookup.find(WANTED._replace(document_type=identifiers.CREDIT_NOTE), now)
    assert isinstance(answer, NotThere)
    assert answer.is_registered
    assert "does not take such documents" in answer.reason


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("smp_other_process", "not by this process"),
        ("smp_old_transport", "AS4 2.0"),
        ("smp_not_active", "not active"),
        ("smp_expired", "expired"),
        ("sml_nxdomain", "not registered"),
        ("sml_no_record", "not registered"),
    ],
)
def test_what_is_said_for_certain_is_no(
    network: SandboxNetwork, lookup: Lookup, now: datetime, fault: str, said: str
) -> None:
    network.order(fault)
    answer = lookup.find(WANTED, now)
    assert isinstance(answer, NotThere)
    assert said in answer.reason
    assert "556000" not in answer.reason


@pytest.mark.parametrize(
    "fault",
    [
        "sml_servfail",
        "sml_silent",
        "sml_refused",
        "smp_error",
        "smp_busy",
        "smp_too_many",
        "smp_reset_before_reading",
        "smp_reset_after_accept",
        "smp_time_out_after_accept",
        "smp_error_after_accept",
        "smp_slow",
    ],
)
def test_what_goes_wrong_for_now_is_asked_again(
    network: SandboxNetwork, lookup: Lookup, hasty_lookup: Lookup, now: datetime, fault: str
) -> None:
    network.order(fault, 1 if fault.startswith("smp") else 20)
    is_late = fault.startswith("sml") or fault in ("smp_slow", "smp_time_out_after_accept")
    with pytest.raises(TransientError):
        (hasty_lookup if is_late else lookup).find(WANTED, now)
    network.clear()
    assert isinstance(lookup.find(WANTED, now), Found)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("smp_wrong_key", "not issued by anyone"),
        ("smp_sha1", "SHA-1"),
        ("smp_unsigned", "not signed"),
        ("smp_changed", "does not fit"),
        ("smp_other_participant", "another participant"),
        ("smp_other_document_type", "another document type"),
        ("smp_no_certificate", "certificate cannot be read"),
        ("smp_redirect_twice", "second time"),
        ("smp_redirect_to_another", "not signed by whom"),
        ("smp_redirect_out", "https, on port 443"),
        ("smp_no_xml", "cannot be read"),
        ("smp_entities", "DTD"),
        ("smp_http_redirect", "302"),
        ("smp_refuse", "422"),
    ],
)
def test_an_answer_that_proves_nothing_is_neither_yes_nor_no(
    network: SandboxNetwork, lookup: Lookup, now: datetime, fault: str, said: str
) -> None:
    network.order(fault)
    with pytest.raises(UntrustedAnswer, match=said) as caught:
        lookup.find(WANTED, now)
    assert "556" not in str(caught.value)


def test_every_fault_of_the_registers_is_tried_here(network: SandboxNetwork) -> None:
    here = Path(__file__).read_text()
    assert [fault for fault in network.faults if f'"{fault}"' not in here] == []
    with pytest.raises(ValueError, match="no such fault"):
        network.order("smp_hungry")


def test_one_redirect_is_followed(network: SandboxNetwork, lookup: Lookup, now: datetime) -> None:
    network.order("smp_redirect")
    assert isinstance(lookup.find(WANTED, now), Found)


def test_what_is_kept_ends_with_the_endpoint(network: SandboxNetwork, lookup: Lookup, now: datetime) -> None:
    network.enter(ENTRY._replace(expires=(now + timedelta(minutes=10)).isoformat()))
    found = lookup.find(WANTED, now)
    assert isinstance(found, Found)
    assert found.holds_for_s == 600


def test_a_moment_without_a_zone_is_read_as_utc(network: SandboxNetwork, lookup: Lookup, now: datetime) -> None:
    network.enter(ENTRY._replace(active_from="2026-11-23T11:59:59", expires="2026-11-23T12:00:01"))
    assert isinstance(lookup.find(WANTED, now), Found)
    assert isinstance(lookup.find(WANTED, now + timedelta(seconds=1)), NotThere)


def test_many_are_looked_up_together_and_one_failure_stays_alone(
    network: SandboxNetwork, lookup: Lookup, now: datetime
) -> None:
    network.smp.faults.extend(["wrong_key"])
    other = WANTED._replace(participant=OTHER)
    first = lookup.find_all([WANTED], now)
    second = lookup.find_all([WANTED, other, WANTED], now)
    assert isinstance(first[WANTED], HubError)
    assert [type(second[one]) for one in (WANTED, other)] == [Found, NotThere]


def test_the_register_is_asked_once_for_all_that_goes_to_one(
    network: SandboxNetwork, lookup: Lookup, now: datetime
) -> None:
    answers = lookup.find_all([WANTED, WANTED._replace(document_type=identifiers.CREDIT_NOTE)], now)
    assert [type(one) for one in answers.values()] == [Found, NotThere]
    assert len(network.sml.asked) == 1
    network.order("sml_servfail", 1)
    again = lookup.find_all([WANTED, WANTED._replace(document_type=identifiers.CREDIT_NOTE)], now)
    assert [type(one) for one in again.values()] == [TransientError, TransientError]


def test_the_channel_is_told_which_types_a_participant_takes(
    network: SandboxNetwork, lookup: Lookup, now: datetime
) -> None:
    known = NetworkCapabilities(lookup, FixedClock(now))
    asked = [identifiers.INVOICE, identifiers.CREDIT_NOTE]
    answers = known.look_up_all([BUYER, OTHER], asked)
    assert answers == {
        BUYER: Takes((identifiers.INVOICE,), holds_for_s=FOUND_HOLDS_S),
        OTHER: Takes((), "not registered in the network", holds_for_s=NOT_THERE_HOLDS_S),
    }


def test_an_answer_holds_no_longer_than_its_endpoint(network: SandboxNetwork, lookup: Lookup, now: datetime) -> None:
    known = NetworkCapabilities(lookup, FixedClock(now))
    network.enter(ENTRY._replace(expires=(now + timedelta(minutes=10)).isoformat()))
    answer = known.look_up_all([BUYER], [identifiers.INVOICE, identifiers.CREDIT_NOTE])[BUYER]
    assert answer == Takes((identifiers.INVOICE,), holds_for_s=600)


def test_who_is_registered_and_takes_nothing_is_told_from_who_is_not(
    network: SandboxNetwork, lookup: Lookup, now: datetime
) -> None:
    known = NetworkCapabilities(lookup, FixedClock(now))
    answer = known.look_up_all([BUYER], [identifiers.CREDIT_NOTE])[BUYER]
    assert isinstance(answer, Takes)
    assert answer.why_not == "registered in the network, but does not take such documents"


def test_one_whose_register_is_not_to_be_trusted_has_that_for_an_answer(
    network: SandboxNetwork, lookup: Lookup, now: datetime
) -> None:
    known = NetworkCapabilities(lookup, FixedClock(now))
    network.order("smp_wrong_key", 2)
    asked = [identifiers.INVOICE, identifiers.CREDIT_NOTE]
    answers = known.look_up_all([BUYER, OTHER], asked)  # OTHER has no register
    assert isinstance(answers[BUYER], UntrustedAnswer)
    assert isinstance(answers[OTHER], Takes)


def test_an_answer_signed_by_an_expired_certificate_is_not_trusted(network: SandboxNetwork, lookup: Lookup) -> None:
    with pytest.raises(UntrustedAnswer, match="expired"):
        lookup.find(WANTED, datetime(2060, 1, 1, tzinfo=UTC))


def test_a_name_that_stands_for_a_private_address_is_not_called(
    network: SandboxNetwork, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def called(*_given: object) -> None:
        raise AssertionError("called")

    monkeypatch.setattr(timed_calls, "_addresses", lambda _host, _port: [("10.0.0.1", 443)])
    monkeypatch.setattr(timed_calls.socket, "create_connection", called)
    smp = Smp(issuers_of(Path(network.settings["smp_issuers"])))

    with pytest.raises(TransientError, match="cannot be reached"):
        smp.ask("https://smp.example.com", Question(WANTED.participant, WANTED.document_type), now)
