"""Files of Autogiro and supplier payments that hold no payments are named, so that nobody takes them for damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contracts import NamesUnreadFiles, Recognition
from hub_bankgiro.reader import BgMaxReader

UNREAD = Path(__file__).parent / "unread"
PUBLISHED = Path(__file__).parents[4] / "shared" / "samples" / "bankgiro"
READ = {"ny_autogiro_exempelfil_bet-spec-o-tk_sv.txt", "total_in_bas_exempelfil.txt"}
NAMES = {
    "new_payment_specification.txt": "",
    "new_mandate_advice_with_title.txt": "Autogiro, mandate advice",
    "new_rejected_payments.txt": "Autogiro, rejected requests",
    "new_changes_unbroken.txt": "Autogiro, changed requests",
    "old_payment_specification.txt": "",
    "old_rejected_payments.txt": "Autogiro, rejected requests",
    "old_changes.txt": "Autogiro, changed requests",
    "old_mandate_advice.txt": "Autogiro, mandate advice",
    "payment_register.txt": "Autogiro, request register",
    "mandates_by_internet_bank.txt": "Autogiro, internet bank mandates",
    "to_bankgirot.txt": "Autogiro, to Bankgirot",
    "to_bankgirot_sealed_unbroken.txt": "Autogiro, to Bankgirot",
    "supplier_payments.txt": "LB, supplier payments",
    "total_in.txt": "",
}


def test_the_reader_names_unread_files():
    assert isinstance(BgMaxReader(), NamesUnreadFiles)


@pytest.mark.parametrize(("file", "name"), NAMES.items())
def test_each_kind_of_file_has_its_name_and_is_recognised_by_nobody(file, name):
    head = (UNREAD / file).read_bytes()

    assert BgMaxReader().unread_format(head) == name
    assert BgMaxReader().recognises(head) is Recognition.NO


def test_what_stands_below_too_many_titles_is_named_with_them():
    record = (UNREAD / "new_payment_specification.txt").read_bytes()
    name = "Autogiro, payment specification below more than 10 lines that are no records (cut those off)"

    assert BgMaxReader().unread_format(b"title\r\n" * 11 + record) == name
    assert BgMaxReader().unread_format(b"title\r\n" * 10 + record) == ""
    assert BgMaxReader().unread_format(b"title\r\n" * 30) == ""


def test_every_sample_has_its_name_in_the_table():
    assert {path.name for path in UNREAD.glob("*.txt")} == NAMES.keys()


@pytest.mark.parametrize("head", [b"", b"01BGMAX               01", b"Dear bank, AUTOGIRO please", b"01AUTOGIRO"])
def test_other_files_have_no_name(head):
    assert BgMaxReader().unread_format(head) == ""


@given(head=st.binary(max_size=300))
def test_naming_never_raises(head):
    assert BgMaxReader().unread_format(head) == ""


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="published samples are not on this machine")
def test_every_published_file_that_is_not_read_has_a_name():
    files = [path for folder in ("autogiro", "lb", "totalin") for path in (PUBLISHED / folder).iterdir()]

    nameless = [path.name for path in files if not BgMaxReader().unread_format(path.read_bytes())]

    assert len(files) > 15
    assert set(nameless) == READ
