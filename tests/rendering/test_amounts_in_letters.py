"""Amounts of letters: none stands where there is none, and of several payments it is said which one a slip is for."""

from __future__ import annotations

import pytest

from tests.rendering.pages import text_of
from tests.rendering.sample_documents import sample

SLIP = {"sv": "Inbetalningskortet gäller den första", "en": "The payment slip is for the first instalment"}
BOX = {"sv": "Betalningsuppgifterna gäller den första", "en": "The payment details are for the first instalment"}


def said_by(name: str, **changes: object) -> str:
    drawn, document = sample(name, **changes)
    return text_of(drawn.render(document))


def test_a_cancellation_notice_that_names_no_amount_prints_none() -> None:
    said = said_by("cancellation_notice", claims=[])

    assert "Makuleringsavi" in said
    assert "Det som anges ovan är makulerat" in said
    assert not [word for word in ("Makulerat belopp", "0,00") if word in said]


@pytest.mark.parametrize("changes", [{}, {"claims": [], "lines": [{"text": "Elnät", "amount": "781.60"}]}])
def test_a_cancellation_notice_with_an_amount_prints_it(changes: dict[str, object]) -> None:
    assert "Makulerat belopp 977,00" in said_by("cancellation_notice", **changes)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_plan_says_that_its_slip_is_for_the_first_instalment(language: str) -> None:
    assert SLIP[language] in said_by("instalment_plan", language=language)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_plan_without_a_slip_says_it_of_its_box(language: str) -> None:
    rows = [{"due_date": f"2027-0{month}-28", "amount": "425", "reference": "A-118"} for month in range(1, 5)]
    said = said_by("instalment_plan", language=language, instalments=rows, reference="")

    assert BOX[language] in said
    assert SLIP[language] not in said


def test_what_is_paid_at_once_says_nothing_of_instalments() -> None:
    assert SLIP["sv"] not in said_by("reminder")
