"""Every identifier module has the same four functions, good and bad examples, and messages without the number."""

from __future__ import annotations

import doctest
import re
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import money
from hub.errors import IdentifierError
from hub.identifiers import (
    bank_account_number,
    bankgiro_number,
    coordination_number,
    creditor_reference,
    iban,
    luhn,
    ocr_reference,
    organisation_number,
    personal_identity_number,
    plusgiro_number,
    postal_code,
)
from hub.rules import references

MODULES = [
    bank_account_number,
    bankgiro_number,
    coordination_number,
    creditor_reference,
    iban,
    ocr_reference,
    organisation_number,
    personal_identity_number,
    plusgiro_number,
    postal_code,
]

# Persons have Skatteverket's published test and example numbers; organisations are invented.
GOOD = [
    (bankgiro_number, "991-2346", "9912346", "991-2346"),
    (bankgiro_number, "5050-1055", "50501055", "5050-1055"),
    (bankgiro_number, "0058056201", "58056201", "5805-6201"),
    (plusgiro_number, "1018-1", "10181", "10 18-1"),
    (plusgiro_number, "96 90 01-7", "9690017", "96 90 01-7"),
    (plusgiro_number, "0000010181", "10181", "10 18-1"),
    (plusgiro_number, "1-8", "18", "1-8"),
    (ocr_reference, "657866", "657866", "657866"),
    (ocr_reference, "80 125-77", "8012577", "8012577"),
    (ocr_reference, "0018", "0018", "0018"),
    (organisation_number, "999999-9999", "9999999999", "999999-9999"),
    (organisation_number, "16 999999 9999", "9999999999", "999999-9999"),
    (personal_identity_number, "19121212-1212", "191212121212", "19121212-1212"),
    (personal_identity_number, "121212-1212", "1212121212", "121212-1212"),
    (personal_identity_number, "121212+1212", "121212+1212", "121212+1212"),
    (personal_identity_number, "640823-3234", "6408233234", "640823-3234"),
    (coordination_number, "701063-2391", "7010632391", "701063-2391"),
    (coordination_number, "19701063-2391", "197010632391", "19701063-2391"),
    (iban, "se35 5000 0000 0549 1000 0003", "SE3550000000054910000003", "SE35 5000 0000 0549 1000 0003"),
    (iban, "GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432", "GB82 WEST 1234 5698 7654 32"),
    (creditor_reference, "RF18 5390 0754 7034", "RF18539007547034", "RF18 5390 0754 7034"),
    (bank_account_number, "9150-123 456 7", "91501234567", "9150-1234567"),
    (postal_code, "SE-114 18", "11418", "114 18"),
]

BAD = [
    (bankgiro_number, "991-2347", "check digit"),
    (bankgiro_number, "12-3455", "7 or 8 digits"),
    (bankgiro_number, "1234-56789", "7 or 8 digits"),
    (bankgiro_number, "991-234a", "digits"),
    (bankgiro_number, "", "digits"),
    (plusgiro_number, "1018-2", "check digit"),
    (plusgiro_number, "8", "2 to 8 digits"),
    (plusgiro_number, "123456789", "2 to 8 digits"),
    (plusgiro_number, "1018-x", "digits"),
    (ocr_reference, "657867", "check digit"),
    (ocr_reference, "0", "2 to 25 digits"),
    (ocr_reference, "0" * 26, "2 to 25 digits"),
    (ocr_reference, "65786\u0666", "digits only"),
    (organisation_number, "999999-9998", "check digit"),
    (organisation_number, "121212-1212", "third at least 2"),
    (organisation_number, "99999-9999", "ten digits"),
    (personal_identity_number, "19121212-1213", "check digit"),
    (personal_identity_number, "701063-2391", "date of birth"),
    (personal_identity_number, "00000000-0000", "date of birth"),
    (personal_identity_number, "21212-1212", "10 or 12 digits"),
    (personal_identity_number, "19121212+1212", "10 or 12 digits"),
    (coordination_number, "19121212-1212", "60 added"),
    (coordination_number, "701063-2392", "check digit"),
    (iban, "SE36 5000 0000 0549 1000 0003", "check digits"),
    (iban, "SE35 5000 0000 0549 1000", "check digits"),
    (iban, "XX35 5000", "country"),
    (iban, "SE\u00b3\u00b5", "letters and digits"),
    (iban, "SE" + "1" * 40, "at most 34"),
    (creditor_reference, "RF17 5390 0754 7034", "check digits"),
    (creditor_reference, "AB18 5390 0754 7034", "form"),
    (creditor_reference, "RF\u00b3", "letters and digits"),
    (bank_account_number, "9150", "6 to 20 digits"),
    (bank_account_number, "9150-A", "digits only"),
    (postal_code, "014 18", "five digits"),
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_each_module_offers_the_same_four_functions(module: ModuleType) -> None:
    for name in ("compact", "validate", "is_valid", "format"):
        assert callable(getattr(module, name))
    assert ">>> validate(" in (module.validate.__doc__ or "")


@pytest.mark.parametrize("module", [*MODULES, luhn, money, references], ids=lambda module: module.__name__)
def test_examples_in_docstrings_are_true(module: ModuleType) -> None:
    result = doctest.testmod(module, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)

    assert result.attempted >= 1
    assert result.failed == 0


@pytest.mark.parametrize(("module", "text", "compact", "printed"), GOOD)
def test_good_numbers_pass_in_every_way_of_writing(module, text: str, compact: str, printed: str) -> None:
    assert module.validate(text) == compact
    assert module.is_valid(text)
    assert module.format(text) == printed
    assert module.validate(printed) == compact


@pytest.mark.parametrize(("module", "text", "reason"), BAD)
def test_bad_numbers_fail_with_the_reason_and_without_the_number(module, text: str, reason: str) -> None:
    assert not module.is_valid(text)
    with pytest.raises(IdentifierError, match=re.escape(reason)) as caught:
        module.validate(text)
    if len(module.compact(text)) > 4:
        assert module.compact(text) not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
@given(text=st.text(max_size=40) | st.text(alphabet="0123456789 -+RFSEX", max_size=30))
def test_no_text_gives_anything_but_a_number_or_an_identifier_error(module, text: str) -> None:
    try:
        valid = module.validate(text)
    except IdentifierError:
        return
    assert module.validate(valid) == valid
    module.format(valid)


@pytest.mark.parametrize("birth", ["700060", "701060", "700063", "19700060", "19701060"])
def test_coordination_numbers_may_lack_month_and_day(birth: str) -> None:
    number = birth + "239"

    assert coordination_number.is_valid(number + luhn.check_digit(number[-9:]))


@pytest.mark.parametrize("birth", ["701159", "701192", "701363", "19700293"])
def test_coordination_numbers_of_no_day_are_refused(birth: str) -> None:
    number = birth + "239"

    assert not coordination_number.is_valid(number + luhn.check_digit(number[-9:]))
