"""A statement of account says what is open, to whom it is owed, and how late it is."""

from __future__ import annotations

from datetime import date

from hub.model.parties import Debtor
from hub.rules.delivery.document_checks import document_problems
from hub.rules.delivery.payment_box import payment_asked
from hub.rules.delivery.totals import totals_of
from hub.rules.statements_of_account import Aged, StatedRow, Statement, statement_document

OWN = StatedRow("1001", "Elnät", "Nordvik", "2026-10-01", "2026-10-31", 100_00, 100_00, 60_00, 5_00, "10017")
OTHERS = StatedRow("7001", "Hyra", "Nordviks Bostäder", "2026-10-01", "2026-11-30", 500_00, 500_00)
CREDIT = OWN._replace(number="1002", due_date="", principal_ore=-40_00, fee_ore=0, interest_ore=0)
STATEMENT = Statement(
    "U-1",
    "1",
    "Nordvik",
    Debtor(name="Anna"),
    date(2026, 11, 23),
    [OWN, OTHERS, CREDIT],
    [Aged(None, None, 460_00), Aged(1, 30, 165_00), Aged(31, None, 0)],
)


def test_it_adds_up_over_companies_and_asks_for_nothing():
    document = statement_document(STATEMENT)

    assert document_problems(document) == []
    assert (totals_of(document).to_pay_ore, payment_asked(document)) == (625_00, None)


def test_a_row_says_whom_it_is_owed_to_when_that_is_not_the_sender():
    assert [one.creditor for one in statement_document(STATEMENT).claims] == ["", "Nordviks Bostäder", ""]


def test_ageing_stands_as_it_was_counted():
    aged = statement_document(STATEMENT).ageing

    assert [(one.from_days, one.until_days, one.amount_ore) for one in aged] == list(STATEMENT.ageing)


def test_one_that_is_all_credit_is_right_too():
    document = statement_document(STATEMENT._replace(rows=[CREDIT], text="Hör av dig."))

    assert document_problems(document) == []
    assert (totals_of(document).to_pay_ore, document.notes) == (-40_00, ("Hör av dig.",))
