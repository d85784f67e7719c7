"""References are composed and checked as declared, compared in one form, and found in what payers write."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.errors import IdentifierError
from hub.identifiers import luhn, ocr_reference
from hub.model.payment_reference import ReferenceControl, ReferenceElement, ReferenceRule
from hub.rules import references

SOFT = ReferenceControl()
CHECK_DIGIT = ReferenceControl(level="check_digit")
LENGTH_DIGIT = ReferenceControl(level="length_digit")
FIXED = ReferenceControl(level="fixed_length", fixed_lengths=(10, 12))

INVOICE = ReferenceElement(kind="invoice_number")
numbers = st.text(alphabet="0123456789", min_size=1, max_size=20)


@pytest.mark.parametrize(("control", "made"), [(SOFT, "65789"), (CHECK_DIGIT, "65789"), (LENGTH_DIGIT, "657866")])
def test_control_digits_stand_behind_the_elements(control: ReferenceControl, made: str) -> None:
    assert luhn.check_digit("6578") == "9"
    assert references.make_reference([INVOICE], {"invoice_number": "6578"}, control) == made


def test_elements_stand_in_their_order_with_zeros_where_declared() -> None:
    elements = [
        ReferenceElement(kind="fixed", value="77"),
        ReferenceElement(kind="company_number", width=3),
        ReferenceElement(kind="routine"),
        ReferenceElement(kind="debtor_number", width=5, zeros="trailing"),
        ReferenceElement(kind="invoice_number", width=6),
    ]
    values = {"company_number": "1", "routine": "04", "debtor_number": "123", "invoice_number": "9001"}

    made = references.make_reference(elements, values, LENGTH_DIGIT)

    assert made[:-2] == "77" + "001" + "04" + "12300" + "009001"
    assert made[-2] == "0"  # twenty digits
    assert references.check_reference(made, LENGTH_DIGIT) is None


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "needs invoice_number, which is missing"),
        ({"invoice_number": ""}, "which is missing"),
        ({"invoice_number": "F-17"}, "digits only"),
        ({"invoice_number": "\u0661"}, "digits only"),
        ({"invoice_number": "1234567"}, "has 7 digits, the reference has room for 6"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_never_cut(values: dict[str, str], reason: str) -> None:
    with pytest.raises(IdentifierError, match=reason):
        references.make_reference([ReferenceElement(kind="invoice_number", width=6)], values, SOFT)


@pytest.mark.parametrize(("digits", "is_made"), [("1" * 9, True), ("1" * 11, True), ("1" * 10, False)])
def test_a_reference_has_one_of_the_fixed_lengths(digits: str, is_made: bool) -> None:
    if is_made:
        made = references.make_reference([INVOICE], {"invoice_number": digits}, FIXED)
        assert len(made) == len(digits) + 1
    else:
        with pytest.raises(IdentifierError, match="none of those agreed"):
            references.make_reference([INVOICE], {"invoice_number": digits}, FIXED)


@pytest.mark.parametrize(("digits", "is_made"), [("1" * 23, True), ("1" * 24, False)])
def test_a_reference_has_at_most_25_digits(digits: str, is_made: bool) -> None:
    if is_made:
        assert len(references.make_reference([INVOICE], {"invoice_number": digits}, LENGTH_DIGIT)) == 25
    else:
        with pytest.raises(IdentifierError, match="2 to 25 digits"):
            references.make_reference([INVOICE], {"invoice_number": digits}, LENGTH_DIGIT)


@given(numbers, st.sampled_from([SOFT, CHECK_DIGIT, LENGTH_DIGIT]))
def test_what_is_made_passes_its_own_control(number: str, control: ReferenceControl) -> None:
    made = references.make_reference([INVOICE], {"invoice_number": number}, control)

    assert references.check_reference(made, control) is None
    assert references.check_reference(made, CHECK_DIGIT) is None


@pytest.mark.parametrize(
    ("reference", "control", "code"),
    [
        ("657866", LENGTH_DIGIT, None),
        ("65789", SOFT, None),
        ("65789", CHECK_DIGIT, None),
        ("65788", SOFT, "OCR_CHECK_DIGIT"),
        ("65788", CHECK_DIGIT, "OCR_CHECK_DIGIT"),
        ("657858", LENGTH_DIGIT, "OCR_LENGTH_DIGIT"),
        ("0018", LENGTH_DIGIT, "OCR_LENGTH_DIGIT"),
        ("1111111116", FIXED, None),
        ("111111111113", FIXED, None),
        ("11111111112", FIXED, "OCR_FIXED_LENGTH"),
        ("0", SOFT, "OCR_LENGTH"),
        ("0" * 26, SOFT, "OCR_LENGTH"),
        ("00", SOFT, None),
        ("", SOFT, "OCR_NOT_DIGITS"),
        ("6578 66", LENGTH_DIGIT, "OCR_NOT_DIGITS"),
        ("F1001", CHECK_DIGIT, "OCR_NOT_DIGITS"),
    ],
)
def test_each_control_finds_its_own_problems(reference: str, control: ReferenceControl, code: str | None) -> None:
    problem = references.check_reference(reference, control)

    assert (problem.code if problem else None) == code


def test_only_soft_control_lets_a_wrong_reference_through() -> None:
    assert not SOFT.is_hard
    assert all(control.is_hard for control in (CHECK_DIGIT, LENGTH_DIGIT, FIXED))


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        (" \t\u00a0 ", ""),
        ("-/.", ""),
        ("0012 34", "001234"),
        ("f-1001/2", "F10012"),
        ("2024\u20131001", "20241001"),
        ("rf18 5390 0754", "RF1853900754"),
        ("åäö 1", "ÅÄÖ1"),
        ("A#1:2", "A#1:2"),
    ],
)
def test_normal_form_takes_separators_out_and_keeps_letters_and_zeros(text: str, normal: str) -> None:
    assert references.normal_form(text) == normal


@given(st.text(max_size=60))
def test_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    once = references.normal_form(text)

    assert references.normal_form(once) == once


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["657866"], ("657866",)),
        (["OCR 657866 tack"], ("657866",)),
        (["OCR657866"], ("657866",)),
        (["Faktura 123, ocr: 657 866."], ("657866",)),
        (["6578-66"], ("657866",)),
        (["65 78 - 66"], ("657866",)),
        (["65\u00a078\u201366"], ("657866",)),
        (["657866,8012577;1111\u00a0111111194"], ("657866", "8012577")),
        (["OCR 6578", "66"], ("657866",)),  # broken by the end of a line
        (["657866 8012577"], ("657866", "8012577")),
        (["657866 och 657866"], ("657866",)),
        (["8O12577"], ("8012577",)),  # letter O for zero
        (["Oktober 657866"], ("657866",)),
        (["657867"], ()),
        (["18"], ()),
        (["Tack för en fin tavla"], ()),
        ([], ()),
        ([""], ()),
    ],
)
def test_references_are_found_the_way_payers_write_them(texts: list[str], found: tuple[str, ...]) -> None:
    assert references.scan_references(texts, LENGTH_DIGIT) == found


def test_a_scan_takes_only_what_the_control_allows() -> None:
    short, long = ocr_reference.with_check_digit("123456789"), ocr_reference.with_check_digit("1234567890")
    texts = [f"{short}, {long}"]

    assert references.scan_references(texts, CHECK_DIGIT) == (short, long)
    assert references.scan_references(texts, FIXED) == (short,)


@given(numbers.filter(lambda number: len(number) >= 2), st.integers(min_value=1, max_value=5), st.sampled_from(" -"))
def test_a_reference_in_groups_is_always_found(number: str, size: int, sign: str) -> None:
    reference = ocr_reference.with_length_and_check_digit(number)
    groups = [reference[at : at + max(size, 4)] for at in range(0, len(reference), max(size, 4))]

    found = references.scan_references([f"Faktura nr {sign.join(groups)}, tack"], LENGTH_DIGIT)

    assert reference in found


@given(st.lists(st.text(max_size=200) | st.text(alphabet="0123456789 -,oO", max_size=200), max_size=5))
def test_every_found_candidate_passes_the_control_and_stands_once(texts: list[str]) -> None:
    found = references.scan_references(texts, SOFT)

    assert len(set(found)) == len(found) <= references.MOST_FOUND
    assert all(references.check_reference(reference, SOFT) is None for reference in found)
    assert all(len(reference) >= references.SHORTEST_FOUND for reference in found)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["Faktura 123"], ("123",)),
        (["faktura F-1001 och 1002"], ("F1001", "1001", "1002")),
        (["2024/17"], ("202417", "2024", "17")),
        (["100, 101,102;103"], ("100", "101", "102", "103")),
        (["0012"], ("0012",)),
        (["INV2024A"], ("INV2024A", "2024")),
        (["ingen siffra"], ()),
        (["1" * 31], ()),
        ([], ()),
    ],
)
def test_invoice_numbers_are_found_as_runs_and_words(texts: list[str], found: tuple[str, ...]) -> None:
    assert references.scan_invoice_numbers(texts) == found


@given(st.lists(st.text(max_size=100), max_size=3))
def test_invoice_numbers_come_in_normal_form(texts: list[str]) -> None:
    found = references.scan_invoice_numbers(texts)

    assert all(references.normal_form(number) == number for number in found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "1-", "12 ", "a", "a1", "a-", "1o", "O", "- ", "1 - ", "é/1.", "0000 "], ids=repr
)
def test_hostile_text_costs_bounded_work(piece: str) -> None:
    text = (piece * 1_000_000)[:1_000_000]

    start = perf_counter()
    found = references.scan_references([text], SOFT) + references.scan_invoice_numbers([text])
    taken_s = perf_counter() - start

    assert len(found) <= 2 * references.MOST_FOUND
    assert taken_s < 2.0  # some 30 ms alone on a machine; a quadratic scan would take hours


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"control": {"level": "fixed_length"}}, "one or two fixed_lengths"),
        ({"control": {"level": "fixed_length", "fixed_lengths": [10, 11, 12]}}, "one or two fixed_lengths"),
        ({"control": {"level": "fixed_length", "fixed_lengths": [10, 10]}}, "stands twice"),
        ({"control": {"level": "fixed_length", "fixed_lengths": [26]}}, "less than or equal to 25"),
        ({"control": {"level": "soft", "fixed_lengths": [10]}}, "only with level fixed_length"),
        ({"elements": []}, "at least 1 item"),
        ({"elements": [{"kind": "fixed"}]}, "value is needed"),
        ({"elements": [{"kind": "routine", "value": "1"}]}, "refused with any other"),
        ({"elements": [{"kind": "fixed", "value": "123", "width": 2}]}, "longer than width"),
        ({"elements": [{"kind": "fixed", "value": "1x"}]}, "pattern"),
        ({"elements": [{"kind": "invoice_number", "width": 25}]}, "need 26 digits"),
        (
            {
                "control": {"level": "fixed_length", "fixed_lengths": [10]},
                "elements": [{"kind": "invoice_number", "width": 8}],
            },
            "give 9 digits, the control wants 10",
        ),
    ],
)
def test_a_rule_that_can_never_be_met_is_refused(settings: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        ReferenceRule.model_validate(settings)
