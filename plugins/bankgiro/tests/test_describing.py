"""`hub inspect` says what stands in files of Bankgirot and Plusgirot, whole or not."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.contracts import FileDescriber, FileDescription
from hub.errors import ConfigurationError
from hub_bankgiro.autogiro.writer import plain_file, sealed_file
from hub_bankgiro.describing import BankgirotFiles
from hub_bankgiro.describing_bgmax import BgMaxFiles
from hub_bankgiro.layouts import autogiro_to_bankgirot as layouts

sys.path.insert(0, str(Path(__file__).parent))
import autogiro_files as files

SAMPLES = Path(__file__).parent / "samples"
KEY = "1234567890ABCDEF1234567890ABCDEF"
PUBLISHED = Path(__file__).parents[4] / "shared" / "samples" / "bankgiro"


def described(data: bytes, **options: object) -> FileDescription:
    return BankgirotFiles().describe(io.BytesIO(data), **options)


def orders(bankgiro: str = files.BANKGIRO, row_bankgiro: str = files.BANKGIRO) -> list[str]:
    """Return a file to Bankgirot with one request."""
    request = {**files.row("82", 12500), "bankgiro": row_bankgiro}
    request.pop("code")
    return [
        layouts.OPENING.write(date=files.DAY, customer=files.CUSTOMER, bankgiro=bankgiro),
        layouts.COLLECTED.write(**request),
    ]


def sealed(row_bankgiro: str = files.BANKGIRO) -> bytes:
    return b"".join(sealed_file(orders(row_bankgiro=row_bankgiro), files.DAY, bytes.fromhex(KEY)))


def codes(problems: object) -> list[str]:
    return [problem.code for problem in problems]


def test_it_is_a_file_describer():
    assert all(isinstance(one, FileDescriber) for one in (BankgirotFiles(), BgMaxFiles()))


def test_records_and_sums_are_those_of_the_file():
    found = described(files.as_file(files.specification()))

    assert (found.format, found.layout, found.direction) == ("Autogiro, payment specification", "new", "from_bank")
    assert found.records == {"01": 1, "15": 1, "82": 5, "16": 1, "32": 2, "17": 2, "77": 2, "09": 1}
    assert found.sum_ore["15"] == 165050
    assert (found.seal, list(found.errors), list(found.warnings)) == ("none", [], [])


@pytest.mark.parametrize(
    ("data", "key", "seal", "errors", "warnings"),
    [
        (sealed(), KEY, "ok", [], []),
        (sealed(), "A" * 32, "bad", ["SEAL_KEY"], []),
        (sealed().replace(b"000000012500", b"000000012501"), KEY, "bad", ["SEAL_DIFFERS"], []),
        (sealed(), "", "unchecked", [], ["SEAL_UNCHECKED"]),
        (b"".join(plain_file(orders())), KEY, "none", [], ["SEAL_MISSING"]),
        (b"".join(plain_file(orders())), "", "none", [], []),
        (sealed().rpartition(b"\r\n99")[0], KEY, "bad", ["TRUNCATED"], []),
        (sealed().rpartition(b"\r\n99")[0], "", "bad", ["TRUNCATED"], []),
        (sealed() + sealed().split(b"\r\n")[2] + b"\r\n", KEY, "bad", ["AFTER_END"], []),
        (sealed().partition(b"\r\n")[2], KEY, "bad", ["RECORD_MISPLACED"], []),
        (sealed(row_bankgiro="50501055"), "A" * 32, "bad", ["SEAL_KEY", "PAYEE_DIFFERS"], []),
        (sealed(row_bankgiro="50501055"), KEY, "ok", ["PAYEE_DIFFERS"], []),
        (sealed().replace(b"000000012500", b"00000001250X"), KEY, "bad", ["AMOUNT_UNREADABLE", "SEAL_DIFFERS"], []),
        (sealed().replace(b"\r\n82", b"\r\n88"), KEY, "bad", ["RECORD_UNKNOWN", "SEAL_DIFFERS"], []),
    ],
)
def test_the_seal_is_compared_with_the_key_that_is_given(data, key, seal, errors, warnings):
    found = described(data, seal_key=key)

    assert (found.seal, codes(found.errors), codes(found.warnings)) == (seal, errors, warnings)


def test_what_is_no_key_is_refused_without_repeating_it():
    with pytest.raises(ConfigurationError) as refused:
        described(sealed(), seal_key="secret")
    assert "secret" not in str(refused.value)


def test_rows_about_another_payee_are_an_error_and_are_counted():
    found = described(b"".join(plain_file(orders(row_bankgiro="50501055"))))

    assert (codes(found.errors), found.records["82"]) == (["PAYEE_DIFFERS"], 1)


def test_check_digits_that_do_not_fit_are_warned_of():
    found = described(b"".join(plain_file(orders("9902346", "9902346"))))

    assert codes(found.warnings) == ["CHECK_DIGIT"]


def test_titles_are_told_and_refused_when_strict():
    data = b"Exempel\r\n\r\n" + files.as_file(files.specification())

    assert codes(described(data).warnings) == ["TITLE_LINES"]
    strict = described(data, strict=True)
    assert (strict.format, codes(strict.errors)) == ("Autogiro, payment specification", ["TITLE_LINES"])


def test_text_that_was_encoded_twice_is_read_and_told():
    twice = files.as_file(files.specification()).decode("latin-1").encode().decode("latin-1").encode()
    found = described(twice)

    assert (codes(found.errors), "DAMAGED_TEXT" in codes(found.warnings)) == ([], True)


def test_every_record_that_cannot_be_read_is_told():
    data = files.as_file(files.specification()).replace(b"000000125000", b"00000012500X")

    assert "AMOUNT_UNREADABLE" in codes(described(data).errors)


@pytest.mark.parametrize("name", ["deduction_and_parts", "tab_in_reference"])
def test_records_of_bgmax_are_counted_also_where_a_tab_hides_the_amount(name):
    data = (SAMPLES / f"{name}.txt").read_bytes()
    found = BgMaxFiles().describe(io.BytesIO(data), seal_key=KEY)

    assert BgMaxFiles().recognises(data)
    assert not BankgirotFiles().recognises(data)
    assert (found.format, found.layout, found.direction, found.seal) == ("BgMax", "", "from_bank", "none")
    assert [found.records[code] for code in ("20", "21", "22", "23", "29", "70")] == [2, 1, 4, 1, 1, 1]
    assert found.sum_ore == {"15": 220000, "20": 270000, "21": 50000, "22": 150000, "23": 20000}
    strict = BgMaxFiles().describe(io.BytesIO(data), strict=True)
    assert codes(strict.errors) == (["TAB"] if name == "tab_in_reference" else [])


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="published samples are not on this machine")
def test_every_published_file_is_described_without_an_error():
    files_of_others = [path for folder in ("autogiro", "lb", "totalin") for path in (PUBLISHED / folder).iterdir()]
    wrong = {
        path.name: codes(found.errors) for path in files_of_others if (found := described(path.read_bytes())).errors
    }

    assert len(files_of_others) == 20
    assert wrong == {}


WHOLE = [files.as_file(files.specification()), files.as_file(files.old_specification()), sealed()]


@settings(max_examples=200, deadline=None)
@given(
    data=st.sampled_from(WHOLE), at=st.floats(0, 1, exclude_max=True), put=st.binary(max_size=3), cut=st.integers(0, 90)
)
def test_whatever_happens_to_a_file_it_is_described(data, at, put, cut):
    place = int(at * len(data))
    changed = data[:place] + put + data[place + cut :]

    BankgirotFiles().recognises(changed)
    assert isinstance(described(changed, seal_key=KEY), FileDescription)
