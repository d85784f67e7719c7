"""Direct debits as pain.008: asked for with the mandate's account, refused by pain.002, and paid by the books."""

from __future__ import annotations

import pytest
from lxml import etree
from mandate_world import PAYER, MandateWorld
from sqlalchemy import Engine

from hub.services.mandates.filing import let_go_again
from hub_autopay.debits import BankDebits
from hub_autopay.settings import DirectDebitSettings
from plugins.autopay.tests.order_files import answer, assert_valid, part, payment

FILE = "DD9912346-261123-1"


@pytest.fixture
def world(engine: Engine) -> MandateWorld:
    made = MandateWorld(engine)
    terms = DirectDebitSettings(bank="nordea", creditor_name="Norrvatten AB").terms
    made.scheme = BankDebits("sound", terms, made.channel.name)
    return made


def test_requests_go_as_pain_008_and_a_refusal_wakes_dunning(world):
    world.mandate(payer_name="Testa Testsson")
    world.invoices("1008", "1016", "1024")
    world.until("2026-11-23")
    world.run()

    [file] = world.channel.files
    assert_valid(file)
    told = etree.fromstring(file)
    names = {"p": etree.QName(told).namespace}
    assert told.findtext(".//p:DbtrAcct/p:Id/p:Othr/p:Id", namespaces=names) == "1234567"
    ids = [one.text for one in told.iterfind(".//p:EndToEndId", names)]
    assert ids == [f"{PAYER}-100000-{one.reference}" for one in world.requests()]

    refused = part("261130", payment(ids[0], "RJCT", "AG01", "Testa Testsson har stoppat"), message=FILE)
    answered = answer("<GrpSts>PART</GrpSts>", message=FILE, parts=refused).replace(b"pain.001.001.03", b"pain.008")
    world.receive(answered)
    assert world.states() == ["rejected", "ordered", "ordered"]
    assert world.requests()[0].reason == "no direct debits on this account"
    assert world.receive(answered)["outcome"] == "duplicate"

    world.tell("credit_receivable", receivable={"company": "1", "number": "1016"}, amount_ore=100_000)
    world.run()
    assert world.states() == ["rejected", "cancelling", "ordered"]
    assert "have it stopped by the bank" in world.tasks()["direct_debit_order"]
    world.until("2026-12-01")
    world.pay(world.one("1024"), 100_000, "2026-12-01")
    world.run()
    assert world.states() == ["rejected", "cancelling", "paid"]


def test_a_refusal_of_a_whole_file_or_day_says_what_to_do_and_its_orders_go_again(world):
    world.mandate()
    world.invoices("1008", "1016")
    world.until("2026-11-23")
    world.run()

    day = answer("", message=FILE, parts=part("261130", "<PmtInfSts>RJCT</PmtInfSts>", message=FILE))
    world.receive(day.replace(b"pain.001.001.03", b"pain.008"))
    assert "refuses all requests of a file for 2026-11-30" in world.tasks()["payment_request_answer"]
    whole = answer("<GrpSts>RJCT</GrpSts>", message=FILE).replace(b"pain.001.001.03", b"pain.008")
    told = world.receive(whole)
    assert (world.states(), told["answers"]["odd"]) == (["ordered", "ordered"], 1)
    assert "hub payment-requests again NO" in world.tasks()["payment_request_answer"]
    with world.store.write() as work:
        [file] = work.exchanges.latest(kind="direct_debit_file", limit=9)
        let_go_again(work, file.number, reason="fel i huvudet", user="anna")
    world.run()

    assert (len(world.channel.files), world.states()) == (2, ["ordered", "ordered"])


def test_a_mandate_is_the_banks_to_register(world):
    world.mandate(is_registered=False)
    world.run()

    assert (world.mandates()[0].state, world.channel.files) == ("refused", [])
    assert "--registered" in world.mandates()[0].reason
