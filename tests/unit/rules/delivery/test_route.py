"""The route of a document: the law and the debtor's word first, then the settings' order, then the price."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.delivery import E_INVOICE_STEPS, Reach, Reachable, RouteStep
from hub.model.documents import INVOICES, DocumentKind
from hub.model.parties import DebtorClass
from hub.rules.delivery import route as rules
from hub.rules.delivery.route import Route, RouteFacts, Verdict, Way, route_of

YES, NO, UNKNOWN = (Reach(answer) for answer in (Reachable.YES, Reachable.NO, Reachable.UNKNOWN))
ORDER = tuple(RouteStep)
ALL_KINDS = frozenset(DocumentKind)


def way(step: RouteStep, *, name: str = "", price_ore: int = 0, carries: frozenset[DocumentKind] = ALL_KINDS) -> Way:
    return Way(name or str(step), step, price_ore, carries)


EVERY_WAY = [way(step) for step in RouteStep]
REACHED = {str(step): YES for step in RouteStep}


def route(**facts: Any) -> Route:
    reach = facts.pop("reach", REACHED)
    order, ways = facts.pop("order", ORDER), facts.pop("ways", EVERY_WAY)
    given_facts = {"kind": DocumentKind.INVOICE, "debtor_class": DebtorClass.PERSON, **facts}
    return route_of(RouteFacts(**given_facts), order, ways, reach)


def taken(found: Route) -> str:
    return found.next.channel if found.next is not None and found.next.verdict is Verdict.TAKE else ""


def why_not(found: Route, channel: str) -> str:
    return next(one.reason for one in found.considered if one.channel == channel and one.verdict is Verdict.SKIP)


def test_the_first_step_of_the_order_that_reaches_the_debtor_is_taken():
    assert taken(route()) == "internal"
    assert taken(route(reach={**REACHED, "internal": NO, "peppol": NO})) == "operator"


def test_what_the_debtor_wants_goes_first():
    assert taken(route(wish=RouteStep.LETTER)) == "letter"


def test_what_the_debtor_wants_and_is_not_reached_by_leaves_the_order():
    assert taken(route(wish=RouteStep.KIVRA, reach={**REACHED, "kivra": NO})) == "internal"


def test_a_debtor_may_want_a_step_that_the_order_leaves_out():
    order = (RouteStep.LETTER,)

    assert taken(route(order=order)) == "letter"
    assert why_not(route(order=order), "kivra") == rules.NOT_IN_ORDER
    assert taken(route(order=order, wish=RouteStep.KIVRA)) == "kivra"


def test_of_one_step_the_cheaper_channel_goes_first():
    ways = [way(RouteStep.LETTER, name="dear", price_ore=900), way(RouteStep.LETTER, name="cheap", price_ore=700)]

    assert taken(route(ways=ways, reach={"dear": YES, "cheap": YES})) == "cheap"


def test_a_dearer_step_that_comes_before_is_taken_all_the_same():
    ways = [way(RouteStep.LETTER, price_ore=1), way(RouteStep.KIVRA, price_ore=999)]

    assert taken(route(ways=ways)) == "kivra"


@pytest.mark.parametrize("kind", sorted(INVOICES))
def test_a_public_buyer_gets_an_e_invoice_or_a_person_sees_to_it(kind):
    reach = {**REACHED, "internal": NO, "peppol": NO, "operator": NO}

    assert taken(route(kind=kind, debtor_class=DebtorClass.PUBLIC)) in E_INVOICE_STEPS
    assert route(kind=kind, debtor_class=DebtorClass.PUBLIC, reach=reach).next is None
    assert why_not(route(kind=kind, debtor_class=DebtorClass.PUBLIC, wish=RouteStep.EMAIL), "email")


def test_a_reminder_to_a_public_buyer_is_no_invoice():
    ways = [way(RouteStep.LETTER)]

    assert taken(route(kind=DocumentKind.REMINDER, debtor_class=DebtorClass.PUBLIC, ways=ways)) == "letter"


def test_email_needs_an_address_and_consent_even_where_the_debtor_is_said_to_want_it():
    email = [way(RouteStep.EMAIL)]

    assert why_not(route(ways=email, wish=RouteStep.EMAIL), "email") == rules.NO_EMAIL
    assert why_not(route(ways=email, has_email=True), "email") == rules.NO_CONSENT
    assert taken(route(ways=email, has_email=True, has_email_consent=True)) == "email"


def test_a_protected_identity_is_never_routed_by_itself():
    found = route(is_protected=True, wish=RouteStep.KIVRA)

    assert (found.next, found.why_none) == (None, rules.PROTECTED)


def test_a_channel_that_did_not_take_it_is_not_tried_again():
    found = route(tried={"internal": "refused: unknown"})

    assert taken(found) == "peppol"
    assert why_not(found, "internal") == "refused: unknown"


def test_a_person_reads_first_what_became_of_it_where_it_was_tried():
    returned = "returned, code moved"
    found = route(reach=dict.fromkeys(REACHED, NO), tried={"letter": returned})

    assert found.why_none.startswith(f"{rules.NOTHING_LEFT}: letter: {returned}; ")
    assert found.considered[-1].channel == "letter"


def test_an_address_that_does_not_work_is_not_used():
    assert why_not(route(bad_addresses={"internal"}), "internal") == rules.BAD_ADDRESS


def test_a_kind_that_a_channel_does_not_carry_is_passed_by():
    ways = [way(RouteStep.KIVRA, carries=frozenset({DocumentKind.REMINDER})), way(RouteStep.LETTER)]

    assert taken(route(ways=ways)) == "letter"


def test_a_channel_that_was_not_asked_is_asked_before_the_next_one_is_taken():
    found = route(reach={"letter": YES})

    assert found.next is not None
    assert (found.next.channel, found.next.verdict) == ("internal", Verdict.ASK)


def test_a_channel_that_cannot_say_is_waited_for():
    found = route(reach={**REACHED, "internal": UNKNOWN})

    assert found.next is not None
    assert found.next.verdict is Verdict.WAIT


facts = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(DocumentKind),
        "debtor_class": st.sampled_from(DebtorClass),
        "wish": st.none() | st.sampled_from(RouteStep),
        "has_email": st.booleans(),
        "has_email_consent": st.booleans(),
        "is_protected": st.booleans(),
        "tried": st.dictionaries(st.sampled_from(RouteStep), st.just("refused"), max_size=4),
    }
)


@given(facts, st.lists(st.sampled_from(RouteStep), min_size=1, unique=True), st.data())
def test_whatever_is_known_every_channel_is_considered_once_and_none_goes_against_the_law(known, order, data):
    answers = st.sampled_from([YES, NO, UNKNOWN])
    reach = {str(step): data.draw(answers) for step in RouteStep}

    found = route(**known, order=order, reach=reach)

    assert sorted(one.channel for one in found.considered) == sorted(RouteStep)
    if found.next is not None:
        step = found.next.step
        assert not known["is_protected"]
        assert step not in known["tried"]
        assert reach[step] is not NO
        assert step in order or step == known["wish"]
        assert step != RouteStep.EMAIL or (known["has_email"] and known["has_email_consent"])
        is_public = known["debtor_class"] is DebtorClass.PUBLIC and known["kind"] in INVOICES
        assert not is_public or step in E_INVOICE_STEPS
