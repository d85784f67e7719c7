"""Each debtor gets its own mail: an answer, an address and a bounce are of who was shown, and of nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import Engine

from hub.banking_calendar import FixedClock
from hub.errors import TransientError
from hub.model.deliveries import KnownRecipient
from hub.model.delivery import Outgoing, Preparation, Reach, Reachable, Receipt, ReceiptKind, Recipient, RouteStep
from hub_email import EmailChannel, EmailSettings
from tests.flows.delivery_world import NOW, DeliveryWorld, ReportingChannel, StubChannel, document

NORTH = {"host": "smtp.example.se", "sender_address": "faktura@north.example"}


class MailServer:
    """Takes mail on, and counts who it is to."""

    def __init__(self) -> None:
        self.mailed: list[str] = []

    def send(self, envelope, _content: bytes) -> str:
        self.mailed.append(envelope.recipient)
        return f"x{len(self.mailed)}"

    def close(self) -> None:
        pass


class Network(StubChannel):
    """A network of e-invoices, which says where it reaches somebody by the address that it was shown."""

    def __init__(self) -> None:
        super().__init__(RouteStep.OPERATOR)
        self.sent: dict[str, str] = {}  # by number

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        super().reach(recipients)
        return {one.key: Reach(Reachable.YES, address=one.e_invoice_address) for one in recipients}

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        self.sent.update({one.document.number: one.address for one in batch})
        return super().prepare(batch)


def debtor(email: str, **more: object) -> dict[str, object]:
    return {"name": "Anna Andersson", "email": email, "email_consent": True, **more}


class TestByEmail:
    @pytest.fixture
    def server(self) -> MailServer:
        return MailServer()

    @pytest.fixture
    def north(self, engine: Engine, server: MailServer) -> DeliveryWorld:
        channel = EmailChannel(EmailSettings.model_validate(NORTH), FixedClock(NOW), server, None)  # type: ignore[arg-type]
        return DeliveryWorld(engine, channel)  # type: ignore[arg-type]

    @pytest.mark.parametrize("at_once", [True, False])
    def test_two_debtors_of_one_name_each_get_their_own(self, north, server, at_once):
        both = document("1", debtor=debtor("a@one.example")), document("2", debtor=debtor("b@two.example"))
        for documents in [both] if at_once else [both[:1], both[1:]]:
            north.deliver(*documents)

        assert server.mailed == ["a@one.example", "b@two.example"]

    def test_an_address_that_was_mended_is_used_at_once(self, north, server):
        for number, address in enumerate(["old@x.example", "new@x.example"]):
            north.deliver(document(str(number), debtor=debtor(address, identity="191212121212")))

        assert server.mailed == ["old@x.example", "new@x.example"]


@pytest.mark.parametrize("at_once", [True, False])
def test_two_departments_under_one_number_are_two_addresses(engine, at_once):
    network = Network()
    north = DeliveryWorld(engine, network)
    region = {"name": "Regionen", "identity": "2321000016", "debtor_class": "public"}
    both = [document(n, debtor={**region, "e_invoice_address": f"0192:92000000{n}"}) for n in ("1", "2")]
    for documents in [both] if at_once else [both[:1], both[1:]]:
        north.deliver(*documents)

    assert network.sent == {"1": "0192:920000001", "2": "0192:920000002"}


def test_an_answer_about_the_same_facts_is_kept_when_other_facts_were_asked_for_meanwhile(engine):
    network = Network()
    north = DeliveryWorld(engine, network)
    region = {"name": "Regionen", "identity": "2321000016"}
    for number, department in enumerate("121"):
        address = f"0192:92000000{department}"
        north.deliver(document(str(number), debtor={**region, "e_invoice_address": address}))

    assert len(network.asked) == 2


def test_answers_that_hold_no_more_are_not_piled_up(engine):
    kivra = StubChannel(RouteStep.KIVRA)
    north = DeliveryWorld(engine, kivra)
    for number in range(3):
        north.deliver(document(str(number), debtor={**document()["debtor"], "email": f"{number}@x.example"}))
        north.later(hours=25)

    assert north.sql("SELECT count(*) FROM reach") == [(1,)]


def test_what_a_channel_is_shown_has_a_key_that_names_nobody(engine):
    kivra = StubChannel(RouteStep.KIVRA)
    north = DeliveryWorld(engine, kivra)
    seen: list[Recipient] = []
    reach = kivra.reach
    kivra.reach = lambda recipients: seen.extend(recipients) or reach(recipients)  # type: ignore[method-assign]
    north.deliver(document())

    assert "1212121212" not in seen[0].key
    assert len(seen[0].key) == 64


class TestReturned:
    """The address that mail came back from is the one that it went to."""

    @pytest.fixture
    def post(self) -> ReportingChannel:
        return ReportingChannel(RouteStep.EMAIL)

    @pytest.fixture
    def letter(self) -> StubChannel:
        return StubChannel(RouteStep.LETTER)

    @pytest.fixture
    def north(self, engine, post, letter) -> DeliveryWorld:
        return DeliveryWorld(engine, post, letter)

    def register(self, north: DeliveryWorld, email: str) -> None:
        with north.store.write() as work:
            work.recipients.keep([KnownRecipient("1212121212", email=email, email_consent_on="2026-01-01")])

    def test_an_address_registered_meanwhile_is_not_blamed(self, north, post, letter):
        self.register(north, "old@x.example")
        north.deliver(document())
        self.register(north, "new@x.example")
        returned = Receipt(ReceiptKind.RETURNED, north.delivery_id("email"), reason="5.1.1", is_bad_address=True)
        post.reports.append(returned)
        north.follow()
        north.deliver(document("1002"))
        self.register(north, "old@x.example")
        north.deliver(document("1003"))

        assert post.numbers == ["1001", "1002"]
        assert letter.numbers == ["1001", "1003"]


def test_a_channel_is_waited_for_anew_after_a_document_came_back(engine):
    post, kivra = ReportingChannel(RouteStep.EMAIL), StubChannel(RouteStep.KIVRA)
    letter = StubChannel(RouteStep.LETTER)
    post.silent_after_s = 9 * 24 * 3600
    north = DeliveryWorld(engine, post, kivra, letter)
    wish = KnownRecipient("1212121212", wish="email", email="a@x.example", email_consent_on="2026-01-01")
    with north.store.write() as work:
        work.recipients.keep([wish])
    north.deliver(document())
    north.later(days=2)
    kivra.reaches = TransientError("503: later")
    post.reports.append(Receipt(ReceiptKind.RETURNED, north.delivery_id("email"), reason="5.2.2"))
    north.follow()
    waits = north.one()
    north.later(hours=3)
    still_waits = north.one()
    north.later(hours=2)

    assert (waits.state, waits.reason) == ("accepted", "waits for kivra: 503: later")
    assert (still_waits.state, still_waits.search_began_at) == ("accepted", waits.search_began_at)
    assert letter.numbers == ["1001"]


def test_a_municipality_gets_its_invoice_from_the_network_or_from_a_person(engine):
    network, letter = StubChannel(RouteStep.OPERATOR), StubChannel(RouteStep.LETTER)
    network.reaches = Reach(Reachable.NO, "not there")
    north = DeliveryWorld(engine, network, letter)
    town = {**document()["debtor"], "name": "Stockholms kommun", "identity": "2120000142"}
    north.deliver(document("1", debtor=town), document("2", debtor={**town, "debtor_class": "company"}))

    assert (north.one("1").debtor_class, north.one("1").state) == ("public", "held")
    assert letter.numbers == ["2"]
