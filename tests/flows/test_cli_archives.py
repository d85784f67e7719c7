"""`hub deliver` of an archive: taken in as it is wired, told file by file, refused as a whole when it is damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from archive_world import archive, entry, file_name, pdfs
from test_cli_demo import run

from hub.runtime.starter_home import write_starter_home

GIRO = "9999-9997"  # of the tenant to start from


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A tenant whose only channel is a printer's folder."""
    home = tmp_path / "home"
    write_starter_home(home)
    (tmp_path / "printer").mkdir()
    tenant = home / "tenants" / "example.toml"
    settings = f'\n[plugins.letter]\nout = {{ folder = "{tmp_path / "printer"}" }}\n'
    tenant.write_text(tenant.read_text(encoding="utf-8") + settings, encoding="utf-8")
    return home


def test_an_archive_is_taken_in_and_told_and_again_it_is_the_same(home, tmp_path):
    file = tmp_path / "day.zip"
    entries = [entry(0, gironr=GIRO, ocrnr="1234567806"), entry(1, gironr=GIRO, fakturadatum="")]
    file.write_bytes(archive(*entries, files={file_name(at): pdfs()[file_name(at)] for at in (0, 1)}))

    first, again = (run("deliver", file, "--json", home=home) for _ in range(2))
    told = run("deliver", file, home=home)

    document, rest = json.loads(first.stdout)
    assert (first.exit_code, document["state"], document["channel"]) == (0, "delivered", "letter_rest")
    assert (rest["place"], rest["reason"]) == ("entry 2, line 4", "the index does not say its invoice date")
    assert again.stdout == first.stdout
    assert "day.zip is exchange 1: 1 document; 1 file of it goes on as it came" in told.stderr
    assert len(list((tmp_path / "printer").glob("archive-*.zip"))) == 1
    assert run("verify", home=home).exit_code == 0


def test_an_archive_says_how_much_of_it_goes_on_only_where_something_does(home, tmp_path):
    rest = [entry(at, gironr=GIRO, fakturadatum="") for at in (0, 1)]
    for entries, said in (
        ([entry(0, gironr=GIRO, ocrnr="1234567806")], ": 1 document\n"),
        (rest, ": 0 documents; 2 files of it go on as they came\n"),
    ):
        file = tmp_path / f"{len(entries)}.zip"
        files = {file_name(at): pdfs()[file_name(at)] for at in range(len(entries))}
        file.write_bytes(archive(*entries, files=files))
        assert said in run("deliver", file, home=home).stderr


def test_a_damaged_archive_ends_in_1_and_says_where(home, tmp_path):
    file = tmp_path / "day.zip"
    file.write_bytes(archive(files={file_name(0): pdfs()[file_name(0)]}))

    result = run("deliver", file, home=home)

    assert result.exit_code == 1
    assert "entry 2: the archive is damaged: its PDF is not in the archive; nothing of it goes out" in result.stderr
    assert "there was no document in it" not in result.stderr
    assert list((tmp_path / "printer").iterdir()) == []


def test_a_damaged_archive_is_an_exchange_in_quarantine(home, tmp_path):
    file = tmp_path / "day.zip"
    file.write_bytes(b"PK\x03\x04 cut")
    run("deliver", file, home=home)

    (exchange,) = json.loads(run("exchanges", "list", "--json", home=home).stdout)

    assert (exchange["kind"], exchange["state"], exchange["format"]) == (
        "document_archive",
        "quarantined",
        "archive_index",
    )
    assert run("exchanges", "show", "1", home=home).exit_code == 0
    assert run("exchanges", "retry", "1", home=home).exit_code == 1
    assert json.loads(run("exchanges", "show", "1", "--json", home=home).stdout)["exchange"]["attempt"] == 2


def test_an_archive_that_no_plugin_reads_says_so(tmp_path):
    write_starter_home(tmp_path / "home")
    file = tmp_path / "day.zip"
    file.write_bytes(archive())

    result = run("deliver", file, home=tmp_path / "home")

    assert (result.exit_code, "day.zip is packed (zip), and nothing that is turned on reads" in result.stderr) == (
        1,
        True,
    )
