"""A layout is checked whole when it is loaded, and says where and what to write."""

from __future__ import annotations

import io

import pytest

from hub.errors import ConfigurationError, FormatError, UnrecognisedFile
from hub.formats.declared import UNVERIFIED
from hub.formats.declared.lettering import Loss
from tests.unit.formats.declared.layouts import CSV, FIXED_WIDTH, FORMS, HEAD, JSON, MESSAGE, XML, load

WRONG = [
    (FIXED_WIDTH, "first = 14, last = 43", "first = 13, last = 43", "begins at 13, where the field before"),
    (FIXED_WIDTH, "first = 14, last = 43", "first = 16, last = 43", "positions 14 to 15 are not declared"),
    (FIXED_WIDTH, '"pieces", width = 3', '"pieces"', "pieces has no length"),
    (FIXED_WIDTH, "width = 60", "width = 61", "end at position 60 of 61"),
    (FIXED_WIDTH, "width = 60", "width = 59", "end at position 60 of 59"),
    (FIXED_WIDTH, 'field = "open_ore"', 'field = "open"', "did you mean open_ore"),
    (FIXED_WIDTH, 'field = "claim_id", width = 10 }', 'field = "invoice_no", width = 10 }', "there is no 'invoice_no'"),
    (FIXED_WIDTH, 'each = "orders.lines"', 'each = "orders.line"', "did you mean orders.lines"),
    (FIXED_WIDTH, 'content = "orders"', 'content = "order"', "did you mean orders"),
    (FIXED_WIDTH, 'total = "line.open_ore"', 'total = "line.invoice_no"', "a text cannot be added up"),
    (FIXED_WIDTH, 'total = "line.open_ore"', 'total = "line.sum"', "no such field of a record"),
    (FIXED_WIDTH, 'count = "line"', 'count = "lines"', "did you mean line"),
    (FIXED_WIDTH, 'total = "line.open_ore"', 'total = ["line.open_ore", "line.pieces"]', "not added up together"),
    (FIXED_WIDTH, 'date = "YYMMDD"', 'date = "YYMM"', "YYYY or YY, MM and DD"),
    (FIXED_WIDTH, "{file_no:6}", "{no:6}", "there is no 'no'"),
    (FIXED_WIDTH, "{made_on:YYYYMMDD}", "{made_on:YYYY}", "YYYY or YY, MM and DD"),
    (FIXED_WIDTH, 'name = "recall"', 'name = "claim"', "has the name claim already"),
    (FIXED_WIDTH, 'code = "130"', "", "needs a code"),
    (FIXED_WIDTH, '{ field = "sender" }', '{ field = "sender", width = 3 }', "it has no positions here"),
    (FIXED_WIDTH, '{ constant = "c/o " }', '{ constant = "c/o ", width = 3 }', "does not fit into 3 positions"),
    (FIXED_WIDTH, '{ constant = "c/o " }', '{ constant = "c/o ", blank = true }', "one of field, constant, blank"),
    (FIXED_WIDTH, '"care_of", up_to = 20 }', '"care_of", up_to = 20 }, { constant = "x" }', "behind a"),
    (FIXED_WIDTH, 'encoding = "latin-1"', 'encoding = "ebcdic"', "encoding"),
    (FIXED_WIDTH, 'sign = "trailing"', 'signs = "trailing"', "signs"),
    (FIXED_WIDTH, "[[files", "[files", "TOML"),
    (CSV, 'code = "L"', 'code = "L"\nat = "x"', "at is of XML and JSON"),
    (CSV, 'line_end = "lf"', 'header = true', "one kind of record"),
    (XML, 'at = "line"', 'at = "line"\ncode = "1"', "are of lines"),
    (JSON, 'format = "json"', 'format = "json"\nroot = "x"', "of XML"),
]  # fmt: skip

RECEIPTS = f"""{HEAD}
[files.receipts]
content = "told"
format = "csv"
header = true
[[files.receipts.records]]
name = "receipt"
each = "receipts"
fields = [
  {{ field = "claim_id", required = true }}, {{ field = "code", codes = {{ yes = "J" }}, unlisted = "unknown" }},
]
"""


@pytest.mark.parametrize(("document", "old", "new", "said"), WRONG, ids=[said for *_, said in WRONG])
def test_a_wrong_layout_is_refused_with_its_place(document, old, new, said):
    assert old in document

    with pytest.raises(ConfigurationError, match=said) as raised:
        load(document.replace(old, new, 1))

    assert raised.value.where.startswith("trial.toml")


def test_records_of_one_group_stand_together():
    moved = FIXED_WIDTH.replace('each = "orders"\ncode = "190"', 'code = "190"', 1)
    late = 'name = "late"\neach = "orders"\ncode = "198"\nfields = [{ field = "name", width = 9 }]'

    with pytest.raises(ConfigurationError, match="other records stand between"):
        load(f"{moved}\n[[files.orders.records]]\n{late}")


def test_a_layout_that_nobody_has_tried_says_so():
    assert load(CSV).verified == UNVERIFIED
    assert load(CSV.replace("source =", 'verified = "the agency, 2026-10-01"\nsource =')).verified != UNVERIFIED


@pytest.mark.parametrize("form", FORMS)
def test_a_layout_is_loaded_from_bytes_with_a_mark(form):
    assert load(FORMS[form].encode("utf-8-sig")).name == "Trial"


def test_what_is_cut_or_replaced_is_allowed_by_the_layout_and_told():
    layout = load(FIXED_WIDTH.replace('date = "YYMMDD"', 'date = "YYMMDD"\ntoo_long = "cut"\nunwritable = "replace"'))
    message = {**MESSAGE, "orders": [{**MESSAGE["orders"][0], "name": "Łukasz – " + "a" * 30}]}

    written = layout.outgoing("orders").write(message)

    assert written.losses == (Loss("REPLACED", 2, "claim", "name"), Loss("CUT", 2, "claim", "name"))
    assert b"1100000000042?ukasz - aaaa" in written.content


def test_an_amount_is_never_cut():
    layout = load(FIXED_WIDTH.replace('date = "YYMMDD"', 'date = "YYMMDD"\ntoo_long = "cut"'))
    lines = [{**MESSAGE["orders"][0]["lines"][0], "open_ore": 10**13}]

    with pytest.raises(FormatError, match="holds 12"):
        layout.outgoing("orders").write({**MESSAGE, "orders": [{**MESSAGE["orders"][0], "lines": lines}]})


def test_a_heading_names_the_columns_in_their_order():
    layout = load(RECEIPTS)
    head = b"claim_id;code\n"

    assert layout.incoming(head).name == "receipts"
    found = list(layout.incoming(head).read(io.BytesIO(head + b"42;J\n43;X\n")))
    assert [item.values for item in found] == [{"claim_id": "42", "code": "yes"}, {"claim_id": "43", "code": "unknown"}]
    with pytest.raises(FormatError, match="the column code is missing"):
        list(layout.files["receipts"].read(io.BytesIO(b"claim_id;kod\n42;J\n")))


@pytest.mark.parametrize(("content", "code"), [
    (b"claim_id;code\n;J\n", "FIELD_MISSING"),
    (b"claim_id;code\n42\n", "FIELD_COUNT"),
    (b'claim_id;code\n"42;J\n', "ROW_UNREADABLE"),
    (b"claim_id;code\n\xff;J\n", "WRONG_ENCODING"),
    (b"claim_id;code\n\x00;J\n", "NUL"),
    (b"claim_id;code\n" + b"4" * 9000, "LINE_TOO_LONG"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_line(content, code):
    with pytest.raises(FormatError) as raised:
        list(load(RECEIPTS).files["receipts"].read(io.BytesIO(content)))

    assert (raised.value.code, raised.value.line) == (code, 2)


def test_a_file_that_no_layout_declares_is_not_guessed_at():
    with pytest.raises(UnrecognisedFile):
        load(RECEIPTS).incoming(b"something else")


@pytest.mark.parametrize("document", [
    b'<!DOCTYPE x [<!ENTITY a "aa">]><Orders xmlns="urn:trial">&a;</Orders>',
    b"<Other/>",
    b"<Orders><head>",
])  # fmt: skip
def test_xml_that_is_dangerous_or_another_is_refused(document):
    with pytest.raises(FormatError):
        list(load(XML).outgoing("orders").read(io.BytesIO(document)))


@pytest.mark.parametrize(
    "document", [b'{"a": 1, "a": 2}', b"[]", b'{"head": NaN}', b"[" * 100_000, b'{"orders": {"claim": 1}}']
)
def test_json_that_is_no_such_message_is_refused(document):
    with pytest.raises(FormatError):
        list(load(JSON).outgoing("orders").read(io.BytesIO(document)))
