"""The register in the DNS: what is asked, and which of its records count."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.errors import UntrustedAnswer
from hub_peppol.network import identifiers
from hub_peppol.network.sml import PRODUCTION, TEST, Nameserver, Sml, checked_address, name_of
from hub_peppol.sandbox_sml import HOST, ZONE, Record, SandboxSml

WHO = identifiers.participant("0007:9999999999")


@pytest.fixture
def register() -> Iterator[SandboxSml]:
    with SandboxSml() as serving:
        yield serving


@pytest.fixture
def sml(register: SandboxSml) -> Sml:
    return Sml(ZONE, nameserver=Nameserver(HOST, register.port), timeout_s=20)


def test_the_hash_is_the_published_one() -> None:
    asked = name_of(identifiers.Named("iso6523-actorid-upis", "9915:test"), PRODUCTION)
    hashed = "eh5boavaktmbgzyh2a63dz4qov33fvp5nsdvqklucfraayoodw6a"
    assert asked == f"{hashed}.iso6523-actorid-upis.participant.sml.prod.tech.peppol.org"


def test_production_and_test_are_zones_of_their_own() -> None:
    assert name_of(WHO, PRODUCTION) != name_of(WHO, TEST)


def test_the_lowest_order_counts_before_the_lowest_preference(register: SandboxSml, sml: Sml) -> None:
    register.enter(
        WHO.value,
        Record("!.*!https://third.example.com!", 20, 1),
        Record("!.*!https://second.example.com!", 10, 20),
        Record("!^.*$!https://first.example.com/smp/!", 10, 10),
        Record("!.*!https://other.example.com!", 1, 1, service="Meta:Other"),
        Record("!.*!https://other.example.com!", 1, 1, flags="S"),
    )
    assert sml.smp_of(WHO) == "https://first.example.com/smp"
    assert register.asked == [name_of(WHO, ZONE)]


def test_case_of_flags_and_service_does_not_count(register: SandboxSml, sml: Sml) -> None:
    register.enter(WHO.value, Record("#.*#https://smp.example.com#", flags="u", service="meta:SMP"))
    assert sml.smp_of(WHO) == "https://smp.example.com"


def test_records_of_others_alone_are_none(register: SandboxSml, sml: Sml) -> None:
    register.enter(WHO.value, Record("!.*!https://smp.example.com!", service="Meta:Other"))
    assert sml.smp_of(WHO) == ""


@pytest.mark.parametrize(
    "regexp",
    ["", "!.*!", "!.*!https://a.example.com", "!(.*)!https://a.example.com/\\1!", "!^0007.*!https://a.example.com!"],
)
def test_a_record_that_does_not_replace_everything_is_refused(register: SandboxSml, sml: Sml, regexp: str) -> None:
    register.enter(WHO.value, Record(regexp))
    with pytest.raises(UntrustedAnswer, match="NAPTR"):
        sml.smp_of(WHO)


@pytest.mark.parametrize(
    "address",
    [
        "http://smp.example.com",
        "ftp://smp.example.com",
        "https://smp.example.com:8443",
        "https://127.0.0.1",
        "https://[::1]",
        "https://localhost",
        "https://127.1",
        "https://0x7f.0.0.1",
        "https://0177.0.0.1",
        "https://10.1",
        "https://10.0x1",
        "https://10.1.",
        "https://１０.１",
        "http://127.0.0.1:80",
        "https://a:b@smp.example.com",
        "https://smp.example.com/?a=b",
        "https://smp.example.com/#a",
        "https://",
        "https://smp.example.com:port",
        "smp.example.com",
        "",
    ],
)
def test_an_address_that_may_not_be_called_is_refused(address: str) -> None:
    with pytest.raises(UntrustedAnswer):
        checked_address(address)


def test_addresses_on_this_machine_are_for_trials_only() -> None:
    assert checked_address("http://127.0.0.1:8080/as4", is_trial=True) == "http://127.0.0.1:8080/as4"
    with pytest.raises(UntrustedAnswer):
        checked_address("http://smp.example.com", is_trial=True)


def test_the_port_of_https_may_be_written_out() -> None:
    assert checked_address("https://smp.example.com:443/") == "https://smp.example.com:443"
