"""Papers to the enforcement authority: what stands on each, and that all of it can be printed."""

from __future__ import annotations

from hub.model.order_to_pay_application import OrderMessage
from hub.model.orders_to_pay import MessageKind
from hub.rendering.order_papers import order_paper_pdf, paper_data
from hub.testing.sample_orders import PLAIN, change_of, enforcement_of

FORM = OrderMessage(kind=MessageKind.APPLICATION, application=PLAIN)
REDUCTION, WITHDRAWAL = (change_of(PLAIN, kind) for kind in (MessageKind.REDUCTION, MessageKind.WITHDRAWAL))

ENFORCEMENT = enforcement_of(PLAIN)


def test_every_paper_is_printed_and_the_same_again_gives_the_same_bytes():
    for message in (FORM, REDUCTION, WITHDRAWAL, ENFORCEMENT):
        assert order_paper_pdf(message).startswith(b"%PDF-"), message.kind
    assert order_paper_pdf(REDUCTION) == order_paper_pdf(REDUCTION)


def test_the_form_asks_for_all_of_it():
    data = paper_data(FORM)
    assert data["title"] == "Ansökan om betalningsföreläggande"
    assert data["sums"] == ["Summa", "1\N{NO-BREAK SPACE}750,50", "480,00", "36,98"]
    assert data["total"][1].startswith("2\N{NO-BREAK SPACE}947,48")
    assert [group["heading"] for group in data["groups"]] == [
        "Ränta",
        "Verkställighet när målet är avgjort",
        "Ansökningsavgift",
    ]


def test_a_reduction_says_by_how_much_and_what_is_still_asked_for():
    data = paper_data(REDUCTION)
    assert data["title"] == "Nedsättning av ansökan om betalningsföreläggande"
    assert data["facts"] == [["Vår beteckning", "BF-1234567"], ["Målnummer", "01-2000-26"], ["Dag", "2026-11-23"]]
    assert data["opening"][0].startswith("Sökanden sätter ned sitt yrkande med 1\N{NO-BREAK SPACE}355,25")
    assert data["opening"][1] == "Skäl: betalning"
    assert data["claims"][0][5:] == ["625,00", "0,00", "18,49"]
    assert data["sums"][1] == "875,25"
    assert "till och med 2026-11-23" in data["closing"][0]
    assert data["groups"] == []


def test_a_withdrawal_takes_all_of_it_back():
    data = paper_data(WITHDRAWAL)
    assert data["opening"][0].startswith("Sökanden återkallar i sin helhet ansökan av 2026-11-23")
    assert (data["claims"], data["closing"]) == ([], [])


def test_an_application_for_enforcement_says_what_is_left_of_the_decision_and_what_lowered_it():
    data = paper_data(ENFORCEMENT)
    assert data["title"] == "Ansökan om verkställighet"
    assert data["facts"][1:3] == [["Målnummer", "01-2000-26"], ["Utslagsdag", "2026-12-20"]]
    assert data["closing"][0].startswith("Kapitalet på faktura 010000014 har minskat med 1,00")
    assert "till och med 2026-11-23. Därefter löper referensräntan" in data["closing"][1]
    assert data["groups"][0]["choices"] == [
        [False, "Begränsad tillgångsundersökning"],
        [True, "Fullständig tillgångsundersökning"],
        [False, "Även fast egendom"],
    ]
    assert [cost[1] for cost in data["costs"]] == ["1\N{NO-BREAK SPACE}749,50", "480,00", "36,98", "680,00"]
    assert data["total"][1].startswith("2\N{NO-BREAK SPACE}946,48")


def test_what_is_changed_of_a_decision_is_its_enforcement():
    less, none = (
        paper_data(change_of(PLAIN, kind, decided_on="2026-12-20"))
        for kind in (MessageKind.REDUCTION, MessageKind.WITHDRAWAL)
    )
    assert (less["title"], none["title"]) == (
        "Nedsättning av belopp som ska verkställas",
        "Återkallelse av begäran om verkställighet",
    )
    assert "enligt utslaget av 2026-12-20 med 1\N{NO-BREAK SPACE}355,25" in less["opening"][0]
    assert none["opening"][0] == "Sökanden återkallar sin begäran om verkställighet av utslaget av 2026-12-20."
