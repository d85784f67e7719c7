"""The square code is read back by another's reader; the mask that we give is as readable as any."""

from __future__ import annotations

import json
import re

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.rendering.payment_part import QUIET_MODULES, code_svg, payment_part
from hub.rendering.words import words_of
from tests.rendering.sample_documents import company, sample

DOTS_A_MODULE = 3
_SIZE = re.compile(r'viewBox="0 0 (\d+) \1"')
_RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def read(svg: str) -> str:
    """Draw a code as dots and read it."""
    found = _SIZE.search(svg)
    assert found is not None
    side = int(found[1])
    rows = [bytearray(b"\xff" * side * DOTS_A_MODULE) for _ in range(side)]
    for x, y, width, back in ((int(one) for one in run) for run in _RUN.findall(svg)):
        assert width == back
        rows[y][x * DOTS_A_MODULE : (x + width) * DOTS_A_MODULE] = bytes(width * DOTS_A_MODULE)
    dots = b"".join(bytes(row) * DOTS_A_MODULE for row in rows)
    picture = memoryview(dots).cast("B", shape=[side * DOTS_A_MODULE, side * DOTS_A_MODULE])
    (code,) = zxingcpp.read_barcodes(picture)
    return code.text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=20, max_size=250))
@settings(deadline=None, max_examples=40)
def test_a_code_says_what_was_written_into_it(text):
    assert read(code_svg(text)) == text


@pytest.mark.parametrize("name", ["invoice", "foreign_invoice", "reminder"])
def test_the_code_of_a_document_asks_for_what_the_box_does(name):
    _, document = sample(name)
    part = payment_part(document, company({"logo": ""}), words_of(document.language))
    assert part is not None

    said = json.loads(read(part["code"]))

    assert said["iref"] == part["reference"][1]
    assert said["acc"].replace("-", "") == part["account"][1].replace(" ", "").replace("-", "")


def test_the_longest_names_and_amounts_give_a_code_that_can_be_printed():
    _, document = sample("invoice", lines=[{"text": "a", "amount": "99999999.99"}])
    part = payment_part(document, company({"logo": ""}, name="Å" * 80), words_of(document.language))
    assert part is not None
    found = _SIZE.search(part["code"])
    assert found is not None

    # 30 mm on the page: a module below a third of a millimetre is hard to photograph.
    assert 30 / int(found[1]) > 0.33
    assert json.loads(read(part["code"]))["nme"].startswith("Å")
    assert int(found[1]) > 2 * QUIET_MODULES


def test_a_company_may_do_without_the_code():
    _, document = sample("invoice")
    part = payment_part(document, company({"has_payment_code": False}), words_of(document.language))

    assert part is not None
    assert part["code"] == ""
