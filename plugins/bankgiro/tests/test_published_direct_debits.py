"""Files that Bankgirot and Nordea published, as others keep them: records, sums, seal, and back byte for byte."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest

from hub.errors import FormatError
from hub.model import direct_debits as nouns
from hub.model.payment_file import Deduction, OtherEntry, Payment, Reversal, SectionClosed
from hub_bankgiro.autogiro.answers import read_answers
from hub_bankgiro.autogiro.orders_read import OrdersClosed, read_orders
from hub_bankgiro.autogiro.payments import SpecificationReader
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import RecordFile
from hub_bankgiro.rewriting import write_back
from hub_bankgiro.seal import key_of
from hub_bankgiro.total_in.reader import TotalInReader

PUBLISHED = Path(__file__).parents[4] / "shared" / "samples" / "bankgiro"
AUTOGIRO = PUBLISHED / "autogiro"
pytestmark = pytest.mark.skipif(not AUTOGIRO.is_dir(), reason="published samples are not on this machine")

PUBLIC_TEST_KEY = "1234567890ABCDEF1234567890ABCDEF"  # Bankgirot's own
NO_FILE = "bgmax-fragment-one-deposit.txt"  # has no opening record
HIDDEN_BY_TABS = "bgmax-ocr-length-deduction-tabs-crlf.txt"  # has a reader of its own, which finds the columns again
RECORDS = {
    "ny_autogiro_exempelfil_medgivandeunderlag_sv": ({"04": 8, "03": 2, "05": 3}, {}),
    "ny_autogiro_exempelfil-betalningsunderlag_sv": ({"82": 5, "32": 4}, {"82": 745075, "32": 51000}),
    "ny_autogiro_exempelfil_bet-spec-o-tk_sv": (
        {"15": 1, "82": 8, "16": 1, "32": 4, "17": 2, "77": 2},
        {"15": 1500000, "16": 300000, "17": 70000, "77": 70000},
    ),
    "ny_autogiro_exempelfilavvisade_betalningsuppdrag_sv": ({"82": 3, "32": 5}, {"82": 87551, "32": 128200}),
    "ny_autogiro_exempelfiler_medgivandeavisering_sv": ({"73": 10}, {}),
    "gammal_autogiro_gl_avvisade": ({"82": 4}, {"82": 95000}),
    "gammal_autogiro_gl_betalningsunderlag": ({"82": 2, "32": 1}, {"82": 100000, "32": 12500}),
    "gammal_autogiro_gl_medgivandeunderlag": ({"04": 5, "03": 1}, {}),
    "gammal_autogiro_gl_exempelfil_medgivandeavisering": ({"73": 7}, {}),
    "gammal_autogiro_gl_medgivanden_via_internetbanken": (dict.fromkeys(("52", "53", "54", "55", "56"), 1), {}),
    "gammal_autogiro_gl_makulering": ({"23": 1, "25": 1, "29": 1}, {}),
    "seal-basic-unsigned": ({"82": 3}, {"82": 195000}),
    "seal-basic-signed-testkey": ({"00": 1, "82": 3, "99": 1}, {"82": 195000}),
    "ny_andringslista_2016": ({"11": 2, "03": 2, "25": 1}, {"11": 30000, "03": 70000, "25": 50000}),
    "gammal_medgivandereg_2016": ({"row": 7}, {}),
    "ny_bevakningsreg_2016": ({"82": 5, "32": 5}, {"82": 763055, "32": 231625}),
}


def autogiro(beginning: str) -> bytes:
    (path,) = AUTOGIRO.glob(f"{beginning}*")
    return path.read_bytes()


def lenient() -> Oddities:
    return Oddities(strict=False, per_code=20)


@pytest.mark.parametrize(("name", "expected"), RECORDS.items())
def test_every_file_has_the_records_and_sums_that_its_owner_states(name, expected):
    counts, sums = Counter(), Counter()
    for record in RecordFile(io.BytesIO(autogiro(name)), lenient()):
        counts[record.code] += 1
        sums[record.code] += record.read().get("amount") or 0

    assert expected[0].items() <= counts.items()
    assert expected[1].items() <= sums.items()


def test_every_file_of_the_folder_is_in_the_table():
    assert len(list(AUTOGIRO.iterdir())) == len(RECORDS)


def test_every_file_of_every_format_comes_back_byte_for_byte():
    names = []
    for path in sorted(PUBLISHED.glob("*/*")):
        if path.name not in (NO_FILE, HIDDEN_BY_TABS):
            assert b"".join(write_back(io.BytesIO(path.read_bytes()))) == path.read_bytes(), path.name
            names.append(path.name)

    assert len(names) == 28


def test_the_seal_of_the_published_file_is_made_again():
    events = list(read_orders(io.BytesIO(autogiro("seal-basic-signed")), lenient(), key=key_of(PUBLIC_TEST_KEY)))

    assert events[-1] == OrdersClosed(3, "ok")


@pytest.mark.parametrize(("key", "changed", "code"), [("A" * 32, False, "SEAL_KEY"), (None, True, "SEAL_DIFFERS")])
def test_another_key_and_a_changed_amount_are_refused(key, changed, code):
    data = autogiro("seal-basic-signed")
    data = data.replace(b"000000080000", b"000000090000") if changed else data

    with pytest.raises(FormatError) as refused:
        list(read_orders(io.BytesIO(data), lenient(), key=key_of(key or PUBLIC_TEST_KEY)))
    assert refused.value.code == code


def test_the_payment_specification_pays_what_its_sections_state():
    data = autogiro("ny_autogiro_exempelfil_bet-spec")
    events = list(SpecificationReader().read(io.BytesIO(data)))

    assert [event.amount_ore for event in events if isinstance(event, Payment)] == [300000] * 5
    assert [event.amount_ore for event in events if isinstance(event, Reversal)] == [20000, 50000]
    assert Counter(event.code for event in events if isinstance(event, OtherEntry)) == {"1": 2, "2": 1, "9": 1, "32": 3}
    statuses = Counter(
        e.status for e in read_answers(io.BytesIO(data), lenient()) if isinstance(e, nouns.RequestOutcome)
    )
    assert statuses == {"paid": 8, "no_cover": 2, "no_account": 1, "retried": 1}


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("ny_autogiro_exempelfiler_medgivandeavisering", {"created": 3, "ended": 5, "refused": 2}),
        ("gammal_autogiro_gl_exempelfil_medgivandeavisering", {"created": 4, "ended": 1, "refused": 2}),
    ],
)
def test_mandate_advice_says_what_became_of_mandates(name, outcomes):
    events = read_answers(io.BytesIO(autogiro(name)), lenient())

    found = Counter(event.outcome for event in events if isinstance(event, nouns.MandateAdvice))
    assert found == outcomes


def test_both_registers_and_the_mandate_by_internet_bank_are_read():
    (asked,) = [
        event
        for event in read_answers(io.BytesIO(autogiro("gammal_autogiro_gl_medgivanden_via")), lenient())
        if isinstance(event, nouns.InternetBankMandate)
    ]
    registered = list(read_answers(io.BytesIO(autogiro("gammal_medgivandereg")), lenient()))[1:-1]

    assert (asked.payer_number, asked.name, asked.address[-1]) == ("10133", "DORIS DEMOSSON", "10000 DEMOSTAD")
    assert [row.used_in_year for row in registered] == ["6", "6", "6", "6", "6", "6", "6"]
    assert {row.created_on for row in registered} >= {"1999-01-01", "2016-02-01"}


def test_the_file_of_total_in_agrees_with_its_controls():
    data = (PUBLISHED / "totalin" / "total_in_bas_exempelfil.txt").read_bytes()
    events = list(TotalInReader().read(io.BytesIO(data)))

    closed = [(event.net_ore, event.entry_count) for event in events if isinstance(event, SectionClosed)]
    assert closed == [(1919000, 6), (954434, 3)]
    assert [event.amount_ore for event in events if isinstance(event, Deduction)] == [52550]


def test_titles_above_the_records_are_refused_when_strict_and_told_otherwise():
    data = autogiro("ny_autogiro_exempelfil_bet-spec")
    warnings = [e.code for e in read_answers(io.BytesIO(data), lenient()) if isinstance(e, nouns.SchemeWarned)]

    assert warnings == ["TITLE_LINES"]
    with pytest.raises(FormatError, match="lines above the first record"):
        list(read_answers(io.BytesIO(data), Oddities(strict=True, per_code=20)))
