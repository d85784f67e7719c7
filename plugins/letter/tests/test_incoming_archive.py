"""An archive that comes in: each PDF is held to what is said of it, and an entry is a document or goes on as it is."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import Any

import pytest

from hub.contracts import ArchivedFile, DocumentArchive
from hub.errors import FormatError
from hub.model.documents import Document
from hub_letter.incoming_archive import IncomingArchive
from plugins.letter.tests.documents import PERSON, pdf
from plugins.letter.tests.test_archive_reading import archive, index, members

NAME = f"Faktura_7_to_{PERSON}.pdf"
CONTENT = pdf("seven")
SWEDISH = {
    "fakturanr": "7",
    "ocrnr": "123456782",
    "belopp_att_betala": "1250.00",
    "kundid": "4711",
    "fakturadatum": "2026-11-20",
    "forfallodatum": "2026-12-20",
    "kund_namn1": "Åsa Öberg",
    "kund_namn2": "c/o Bo",
    "kund_postadress": "Storgatan 1",
    "kund_postnummer": "114 18",
    "kund_postort": "Stockholm",
    "kund_land": "SVERIGE",
    "gironr": "991-2346",
}


def element(name: str = NAME, **changed: str) -> str:
    fields = {"filename": name, **SWEDISH, **changed}
    return "<file>" + "".join(f"<{field}>{text}</{field}>" for field, text in fields.items() if text) + "</file>"


def source(*elements: str, files: Mapping[str, bytes] | None = None) -> io.BytesIO:
    return archive(index(*(elements or (element(),))), {NAME: CONTENT} if files is None else files)


def read(stream: io.BytesIO) -> list[ArchivedFile]:
    return list(IncomingArchive().read(stream))


def document(**changed: str) -> Mapping[str, Any]:
    (found,) = read(source(element(**changed)))
    assert found.document is not None, found.problem
    return found.document


def test_it_is_an_archive_of_documents():
    assert isinstance(IncomingArchive(), DocumentArchive)


def test_an_entry_is_a_document_with_the_pdf_it_came_with():
    made = Document.model_validate(document())

    assert (made.pdf, made.to_pay_ore, made.reference) == (CONTENT, 125_000, "123456782")
    assert (made.number, made.issue_date, made.due_date) == ("7", "2026-11-20", "2026-12-20")
    assert (made.payee_account, made.source_system) == ("bankgiro:991-2346", "archive_index")
    assert (made.debtor.identity, made.debtor.number, made.debtor.address.country) == (PERSON, "4711", "SE")
    assert made.debtor.address.care_of == "c/o Bo"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"autogiro": "AG"}, {"kind": "direct_debit_invoice", "reference": ""}),
        ({"gironr": "1018-1"}, {"payee_account": "plusgiro:1018-1"}),
        ({"gironr": "9912346"}, {"payee_account": "bankgiro:9912346"}),
        ({"forfallodatum": ""}, {"due_date": None}),
    ],
)
def test_what_the_index_says_in_its_own_way_is_said_in_ours(changed, said):
    made = document(**changed)

    assert {name: made[name] for name in said} == said


@pytest.mark.parametrize(("written", "code"), [("", "SE"), ("Danmark", "DK"), ("Germany", "DE"), ("no", "NO")])
def test_a_country_is_known_by_its_name_or_code(written, code):
    assert document(kund_land=written)["debtor"]["address"]["country"] == code


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"fakturanr": ""}, "does not say its number"),
        ({"fakturadatum": "", "kund_namn1": ""}, "does not say its invoice date and debtor name"),
        ({"gironr": ""}, "does not say its giro"),
        ({"belopp_att_betala": "-1.00"}, "below zero"),
        ({"belopp_att_betala": "mycket"}, "cannot be read"),
        ({"kund_land": "Atlantis"}, "country"),
    ],
)
def test_an_entry_that_is_no_document_says_why_and_holds_no_other(changed, why):
    wrong = element("b.pdf", **{"fakturanr": "6", **changed})

    first, second = read(source(wrong, element(), files={NAME: CONTENT, "b.pdf": CONTENT}))

    assert (first.document, why in first.problem) == (None, True)
    assert second.document is not None


@pytest.mark.parametrize(
    ("content", "changed", "why"),
    [
        (b"<html>", {}, "no whole PDF"),
        (CONTENT[:-6], {}, "no whole PDF"),
        (b"%PDF-1.7\n" + bytes(500) + b"startxref\n0\n%%EOF\n", {}, "no whole PDF"),
        (CONTENT.replace(b"/Root", b"/Encrypt 9 0 R/Root"), {}, "locked"),
        (CONTENT, {"sha256": hashlib.sha256(b"").hexdigest()}, "another SHA-256"),
        (CONTENT, {"filstorlek": "1"}, "another size"),
        (CONTENT, {"antal_sidor": "2"}, "as many pages"),
    ],
)
def test_a_pdf_that_is_not_what_is_said_of_it_refuses_the_archive(content, changed, why):
    with pytest.raises(FormatError, match=f"line 4, record entry 1.*{why}") as raised:
        read(source(element(**changed), files={NAME: content}))

    assert (raised.value.code, PERSON in str(raised.value)) == ("ARCHIVE_PDF", False)


def test_a_pdf_that_is_what_is_said_of_it_is_taken():
    said = {"sha256": hashlib.sha256(CONTENT).hexdigest(), "filstorlek": str(len(CONTENT)), "antal_sidor": "1"}

    assert document(**said)["pdf"] == CONTENT


def test_a_pdf_that_readers_open_though_its_pointer_is_off_is_a_document_as_others_are():
    off = CONTENT.replace(b"\n", b"\r\n")

    (found,) = read(source(files={NAME: off}))

    assert found.document is not None
    assert found.document["pdf"] == off


def test_a_number_that_stands_twice_refuses_the_archive():
    twice = source(element(), element("b.pdf"), files={NAME: CONTENT, "b.pdf": CONTENT})

    with pytest.raises(FormatError, match="entry 2: the archive is damaged: an entry before it has the same invoice"):
        read(twice)


def test_damage_inside_a_pdf_is_told_with_its_place():
    whole = source().getvalue()
    at = whole.index(NAME.encode()) + len(NAME) + 8

    with pytest.raises(FormatError, match="record entry 1: the archive is damaged: its PDF cannot be unpacked"):
        read(io.BytesIO(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]))


def test_the_rest_is_what_is_kept_by_number_and_the_same_gives_the_same_bytes():
    files = {NAME: CONTENT, "b.pdf": pdf("b"), "read.me": b"as it is"}
    stream = source(element(), element("b.pdf", fakturanr="8"), files=files)

    kept = IncomingArchive().rest(stream, [2, 3])

    assert list(members(io.BytesIO(kept))) == ["ArchiveIndex.xml", "b.pdf", "read.me"]
    assert list(members(io.BytesIO(IncomingArchive().rest(stream, [1])))) == ["ArchiveIndex.xml", NAME]
    assert IncomingArchive().rest(stream, [2, 3]) == kept


@pytest.mark.parametrize(("head", "is_ours"), [(b"PK\x03\x04", True), (b"7z\xbc\xaf\x27\x1c", True), (b'[{"', False)])
def test_what_is_packed_is_taken_for_an_archive(head, is_ours):
    assert IncomingArchive().recognises(head) is is_ours
