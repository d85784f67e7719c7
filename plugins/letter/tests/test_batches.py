"""One bad document holds up no other, batches keep their limits, and the same letters are the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping

import pytest
from lxml import etree

from hub.model.delivery import Preparation
from hub.testing.contexts import ContextInMemory
from hub_letter import HandOver, LetterChannel, LetterSettings
from hub_letter.batches import batch_name
from plugins.letter.tests.documents import PERSON, outgoing, pdf

ATTACHED = {"name": "terms.pdf", "content": pdf("terms")}


def prepared(*batch, **settings) -> Preparation:
    return LetterChannel(LetterSettings(**settings), ContextInMemory()).prepare(batch)


def members(content: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows(content: bytes) -> list[dict[str, str]]:
    text = members(content)["manifest.csv"].decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";", strict=True))


def reason(document, **settings) -> str:
    preparation = prepared(document, **settings)
    assert preparation.prepared == []
    (unfit,) = preparation.unfit
    assert unfit.delivery_id == document.delivery_id
    return unfit.reason


def test_a_batch_is_one_message_with_a_line_and_a_pdf_for_each_letter():
    first, second = outgoing("d-1"), outgoing("d-2", content=pdf(pages=2))

    (message,) = prepared(first, second).prepared

    assert message.delivery_ids == ("d-1", "d-2")
    assert list(members(message.content)) == ["manifest.csv", "d-1.pdf", "d-2.pdf"]
    assert members(message.content)["d-2.pdf"] == second.pdf
    assert rows(message.content)[1] == {
        "attempt_id": "d-2", "file": "d-2.pdf", "sha256": hashlib.sha256(second.pdf).hexdigest(), "pages": "2",
        "duplex": "yes", "colour": "no", "postage": "economy", "name": "Åsa Öberg", "care_of": "",
        "street": "Storgatan 1", "street2": "", "postal_code": "114 18", "city": "Stockholm", "country": "SE",
        "return_name": "", "return_postal": "", "return_city": "", "attachments": "",
    }  # fmt: skip


def test_how_it_is_printed_stands_in_every_line():
    settings = {
        "postage": "A", "duplex": False, "colour": True,
        "return_name": "Nordvik", "return_postal_code": "111 11", "return_city": "Stad",
    }  # fmt: skip
    (message,) = prepared(outgoing(), **settings).prepared

    told = ("postage", "duplex", "colour", "return_name", "return_postal", "return_city")
    assert [rows(message.content)[0][name] for name in told] == ["A", "no", "yes", "Nordvik", "111 11", "Stad"]


@pytest.mark.parametrize("format", list(HandOver))
def test_the_same_letters_are_the_same_bytes_and_the_same_name(format):
    first, second, other = (prepared(outgoing(at), format=format).prepared[0] for at in ("d-1", "d-1", "d-2"))

    assert first.content == second.content
    assert batch_name(first.content) == batch_name(second.content) != batch_name(other.content)
    assert re.fullmatch(r"batch-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", batch_name(first.content))


def test_bytes_do_not_depend_on_the_library_that_packs():
    (message,) = prepared(outgoing()).prepared

    with zipfile.ZipFile(io.BytesIO(message.content)) as archive:
        assert {(i.compress_type, i.date_time, i.create_system) for i in archive.infolist()} == {
            (zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0), 3)
        }


def test_one_bad_document_holds_up_no_other():
    preparation = prepared(outgoing("d-1"), outgoing("d-2", address={"city": ""}), outgoing("d-3"))

    assert [message.delivery_ids for message in preparation.prepared] == [("d-1", "d-3")]
    assert [(unfit.delivery_id, unfit.is_for_a_person) for unfit in preparation.unfit] == [("d-2", False)]
    assert "the town is missing" in preparation.unfit[0].reason
    assert "mend it at the debtor, in a new version" in preparation.unfit[0].reason


def test_nothing_to_send_makes_no_message():
    assert prepared().prepared == prepared(outgoing(address={"city": ""})).prepared == []


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_a_batch_holds_no_more_letters_than_the_printer_takes(most):
    messages = prepared(*(outgoing(f"d-{at}") for at in range(5)), most_letters=most).prepared

    assert [len(message.delivery_ids) for message in messages] == [min(most, 5 - at) for at in range(0, 5, most)]
    assert [id for message in messages for id in message.delivery_ids] == [f"d-{at}" for at in range(5)]


def test_a_batch_is_no_larger_than_the_printer_takes_and_a_letter_that_is_is_none():
    large, larger = pdf() + bytes(600_000), pdf() + bytes(1_000_000)

    preparation = prepared(*(outgoing(f"d-{at}", content=large) for at in range(3)), largest_mb=1)

    assert [len(message.content) < 1_000_000 for message in preparation.prepared] == [True] * 3
    assert "larger than 1 MB" in reason(outgoing(content=larger), largest_mb=1)


def test_a_text_that_a_spreadsheet_would_carry_out_is_made_harmless_and_can_be_read_back():
    names = ["=cmd|' /C calc'!A0", "+46", "-1", "@sum", "'t Hooft", 'He said "a;b"', "plain"]

    (message,) = prepared(*(outgoing(f"d-{at}", debtor={"name": name}) for at, name in enumerate(names))).prepared

    written = [row["name"] for row in rows(message.content)]
    assert not [name for name in written if name.startswith(("=", "+", "-", "@"))]
    assert [name.removeprefix("'") for name in written] == names


def test_attachments_are_printed_with_their_letter():
    (message,) = prepared(outgoing(attachments=[ATTACHED, ATTACHED])).prepared

    assert list(members(message.content)) == ["manifest.csv", "d-1.pdf", "d-1-1.pdf", "d-1-2.pdf"]
    assert rows(message.content)[0]["attachments"] == "d-1-1.pdf d-1-2.pdf"
    assert rows(message.content)[0]["pages"] == "3"


@pytest.mark.parametrize(
    ("changed", "settings", "says"),
    [
        ({"attachments": [{**ATTACHED, "content_type": "text/csv"}]}, {}, "attachment 1 is no PDF and cannot"),
        ({"attachments": [{**ATTACHED, "content": "eA=="}]}, {}, "attachment 1 is no whole PDF"),
        ({"attachments": [ATTACHED]}, {"format": "archive_index"}, "has no place for attachments"),
        ({"address": {"country": "NO"}}, {"abroad": False}, "letters abroad are switched off"),
    ],
)
def test_what_cannot_be_carried_says_what_to_do(changed, settings, says):
    assert says in reason(outgoing(**changed), **settings)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"content": b"hello"}, "is no whole PDF"),
        ({"content": b""}, "is no whole PDF"),
        ({"content": pdf().replace(b"/Root", b"/Encrypt 9 0 R/Root")}, "is locked"),
        ({"debtor": {"is_protected": True}}, "the identity is protected"),
    ],
)
def test_a_document_that_is_wrong_itself_is_for_a_person(changed, says):
    (unfit,) = prepared(outgoing(**changed)).unfit

    assert unfit.is_for_a_person
    assert says in unfit.reason
    assert PERSON not in unfit.reason


# The archive with an index


def index_of(content: bytes):
    return etree.fromstring(members(content)["ArchiveIndex.xml"])


def test_an_archive_has_an_element_for_each_pdf():
    (message,) = prepared(outgoing("d-1"), outgoing("d-2"), format="archive_index").prepared

    assert list(members(message.content)) == ["ArchiveIndex.xml", "Faktura_Fd1_to_d-1.pdf", "Faktura_Fd2_to_d-2.pdf"]
    assert members(message.content)["ArchiveIndex.xml"].startswith(b"<?xml version='1.0' encoding='iso-8859-1'?>")
    root = index_of(message.content)
    assert (root.tag, [entry.tag for entry in root]) == ("Index", ["file", "file"])
    assert {field.tag: field.text or "" for field in root[0]} == {
        "filename": "Faktura_Fd1_to_d-1.pdf", "leveransid": "d-1", "fakturanr": "Fd-1", "ocrnr": "123456782",
        "belopp_att_betala": "1250.00", "kundid": "4711", "fakturadatum": "2026-11-20", "forfallodatum": "2026-12-20",
        "kund_namn1": "Åsa Öberg", "kund_namn2": "", "kund_postadress": "Storgatan 1", "kund_postnummer": "114 18",
        "kund_postort": "Stockholm", "kund_land": "Sweden", "autogiro": "", "gironr": "991-2346",
    }  # fmt: skip


def test_swedish_letters_are_one_byte_and_others_are_not_lost():
    (message,) = prepared(outgoing(debtor={"name": "Åsa Łukasz <&>"}), format="archive_index").prepared

    assert "Åsa ".encode("latin-1") in members(message.content)["ArchiveIndex.xml"]
    assert index_of(message.content)[0].findtext("kund_namn1") == "Åsa Łukasz <&>"


def test_a_direct_debit_invoice_is_not_to_be_paid_twice():
    (message,) = prepared(outgoing(kind="direct_debit_invoice"), format="archive_index").prepared

    assert index_of(message.content)[0].findtext("autogiro") == "AG"


def test_personal_numbers_stand_in_names_only_where_the_settings_say_so():
    batch = (outgoing("d-1"), outgoing("d-2", number="Fd-1"))

    (without,) = prepared(*batch, format="archive_index").prepared
    (named,) = prepared(*batch, format="archive_index", names_with_identity=True).prepared

    assert PERSON not in "".join(members(without.content))
    assert list(members(named.content))[1:] == [f"Faktura_Fd1_to_{PERSON}.pdf", "Faktura_Fd1_to_d-2.pdf"]
