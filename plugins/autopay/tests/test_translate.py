"""One detail or entry becomes one event."""

from __future__ import annotations

import pytest

from hub.formats.xml_layout import Amount, Values
from hub.model.payment_file import LOOKUP_KINDS, Key, OtherEntry, OtherKind, PayeeAccount, ReferenceQuality, Reversal
from hub_autopay import translate
from hub_autopay.head import Head, head_of


def head(**changes: object) -> Head:
    values = {"amount": Amount("10.00", "SEK"), "indicator": "CRDT", "status": "BOOK", "acct_svcr_ref": "E1"}
    return head_of({**values, **changes}, line=4, number=2, account=PayeeAccount("bankgiro", "9912346"))


def payment(detail: Values, *, is_only: bool = True, **changes: object):
    return translate.payment(head(**changes), detail, line=9, position=3, amount_ore=700, is_only=is_only)


def test_reference_is_given_never_vouched_for() -> None:
    paid = payment({"structured": [{"reference": "657866"}]})

    assert (paid.reference, paid.quality) == ("657866", ReferenceQuality.GIVEN)
    assert payment({}).quality == ReferenceQuality.NONE


def test_text_of_the_entry_goes_with_a_single_detail_only() -> None:
    assert payment({}, additional="bankgiro").texts == ("bankgiro",)
    assert payment({}, additional="bankgiro", is_only=False).texts == ()


@pytest.mark.parametrize(
    ("detail", "is_only", "keys"),
    [
        ({"acct_svcr_ref": "T1"}, False, (Key("acct_svcr_ref", "T1"),)),
        ({}, True, (Key("acct_svcr_ref", "E1"),)),
        ({"end_to_end_id": "X", "tx_id": "Y"}, False, (Key("entry_ref", "E1#3"),)),
    ],
)
def test_proof_is_what_the_bank_gave(detail: Values, is_only: bool, keys: tuple[Key, ...]) -> None:
    proofs = tuple(key for key in payment(detail, is_only=is_only).keys if key.kind not in LOOKUP_KINDS)

    assert proofs == keys


def test_names_that_a_reversal_may_find_the_payment_by_stand_after_its_proof() -> None:
    detail = {"end_to_end_id": "X", "tx_id": "Y", "mndt_id": "M", "uetr": "U", "instr_id": "notprovided"}

    keys = payment(detail).keys

    assert [key.kind for key in keys] == ["acct_svcr_ref", "tx_id", "end_to_end_id", "uetr"]


@pytest.mark.parametrize(("place", "number"), [("PaymentKey", 2), ("Other", 1), ("", 1)])
def test_kivras_payment_key_is_told_by_its_place(place: str, number: int) -> None:
    paid = payment({"supplementary": [{"place": place, "id": "K"}]})

    assert len(paid.keys) == number
    assert (Key("kivra_payment", "K") in paid.keys) is (number == 2)


def test_debit_takes_its_kind_from_its_own_code_else_the_entrys() -> None:
    debit = head(indicator="DBIT", family="MDOP", sub_family="CHRG")

    def kind(detail: Values, ore: int = -5) -> str:
        return translate.other_detail(debit, detail, line=1, position=1, signed_ore=ore, is_only=False).kind

    assert kind({}) == OtherKind.FEE
    assert kind({"family": "MDOP", "sub_family": "INTR"}) == OtherKind.INTEREST
    assert kind({"family": "ICDT", "sub_family": "DMCT"}) == OtherKind.DEBIT
    assert kind({}, 0) == OtherKind.UNKNOWN


def test_references_that_mean_none_are_left_out() -> None:
    debit = head(indicator="DBIT")
    detail = {"end_to_end_id": "NOTPROVIDED", "tx_id": "T", "instr_id": "T"}

    found = translate.other_detail(debit, detail, line=1, position=1, signed_ore=-5, is_only=False)

    assert found.references == ("T",)


def test_whole_entry_keeps_references_and_texts_of_its_details() -> None:
    details = [{"structured": [{"reference": "1"}]}, {"unstructured": ["a"], "structured": [{"reference": "1"}]}]

    found = translate.whole_entry(head(additional="b"), details)

    assert isinstance(found, OtherEntry)
    assert (found.references, found.texts, found.kind) == (("1",), ("a", "b"), OtherKind.LUMP)


def test_reversal_of_nothing_is_no_reversal() -> None:
    zero = head(reversal="true", amount=Amount("0.00", "SEK"))

    assert isinstance(translate.whole_entry(zero), OtherEntry)
    assert isinstance(translate.whole_entry(head(reversal="true")), Reversal)
