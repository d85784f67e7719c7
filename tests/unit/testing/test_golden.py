"""Expected results: what a summary holds, and what the command writes."""

from __future__ import annotations

import json
from pathlib import Path

from hub.errors import FormatError
from hub.model.payment_file import FileOpened, PayeeAccount, Payment, SectionOpened
from hub.testing.golden import golden_file, main, sample_files, summary

HEAD = b"FJORDBANKEN;KONTOUTDRAG;1;2026-11-20T18:30:00\n"
READER = "hub_fjordbanken.reader:FjordbankenReader"


def cut_file():
    yield FileOpened("toy", "toy", "", "")
    yield SectionOpened(PayeeAccount("bankgiro", "9912346"), "specification", "SEK")
    yield Payment(3, 1, 12500, "SEK", None, "657866")
    raise FormatError("the file ends here", code="TRUNCATED", line=4)


def test_a_refusal_stands_beside_what_came_before_it():
    said = summary(cut_file())

    assert said["error"] == {"code": "TRUNCATED", "line": 4}
    assert said["counts"] == {"payments": 1}
    assert said["sums_ore"] == {"SEK": {"payments": 12500}}


def test_fields_with_their_default_are_left_out_and_others_are_not():
    (entry,) = summary(cut_file())["entries"]

    assert entry == {
        "is": "Payment",
        "section": 1,
        "line": 3,
        "entry": 1,
        "amount_ore": 12500,
        "currency": "SEK",
        "booked_date": None,
        "reference": "657866",
    }


def test_documents_about_samples_are_no_samples(tmp_path):
    for name in ("a.txt", "a.expected.json", "README.md", "make.py", ".hidden"):
        (tmp_path / name).write_text("", encoding="utf-8")

    assert [path.name for path in sample_files(tmp_path)] == ["a.txt"]


def test_the_command_writes_what_changed_and_says_so(tmp_path: Path, capsys):
    sample = tmp_path / "cut.csv"
    sample.write_bytes(HEAD)

    main([READER, str(tmp_path)])
    first = capsys.readouterr().out
    main([READER, str(tmp_path)])
    second = capsys.readouterr().out

    assert json.loads(golden_file(sample).read_text(encoding="utf-8"))["error"]["code"] == "TRUNCATED"
    assert "1 expected results have changed" in first
    assert "0 expected results have changed" in second
