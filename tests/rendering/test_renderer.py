"""A document becomes one PDF: for ever readable, the same bytes each time, everything in its place."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from hub.errors import ConfigurationError, DocumentError
from hub.identifiers.ocr_reference import with_check_digit
from hub.rendering import Renderer
from hub.rendering.words import wording
from hub.rules.delivery.document_checks import document_problems
from tests.rendering.pages import Placed, opened, placed, text_of
from tests.rendering.sample_documents import NAMES, SAMPLES, company, renderer, sample

ROOT = Path(__file__).parents[2]
TITLES = {
    "invoice": "Faktura",
    "credit_note": "Kreditfaktura",
    "cancellation_notice": "Makuleringsavi",
    "replacement_invoice": "Ersättningsfaktura",
    "invoice_copy": "Fakturakopia",
    "interest_invoice": "Räntefaktura",
    "reminder": "Påminnelse",
    "demand": "Inkassokrav",
    "residual_demand": "Restkrav",
    "warning": "Varning",
    "instalment_plan": "Avbetalningsplan",
    "direct_debit_invoice": "Autogirofaktura",
    "statement_of_account": "Kontoutdrag",
}
WITH_SLIP = sorted(set(TITLES) - {"credit_note", "cancellation_notice", "direct_debit_invoice", "statement_of_account"})
LEFT = {"left_mm": 15, "top_mm": 44, "width_mm": 105, "height_mm": 35}
HIGH = {"left_mm": 100, "top_mm": 20, "width_mm": 100, "height_mm": 30}
BROAD = {"left_mm": 25, "top_mm": 60, "width_mm": 160, "height_mm": 40}
BROAD_AND_HIGH = {**BROAD, "top_mm": 15}
CAP_HEIGHT = 0.75  # of the size: no capital letter or figure is higher, accents aside
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001"
    "f61738550000000049454e44ae426082"
)


def in_one_line(pdf: bytes) -> str:
    return " ".join(text_of(pdf).split())


def made(name: str, **changes: Any) -> bytes:
    drawn, document = sample(name, **changes)
    return drawn.render(document)


def optical(pdf: bytes) -> list[Placed]:
    return [text for text in placed(pdf) if text.font.startswith("OCRB")]


# The file


@pytest.mark.parametrize("name", ["invoice_long", "foreign_invoice"])
def test_a_document_is_an_archive_file_that_screen_readers_can_read(name):
    pdf = opened(made(name))
    xmp = pdf.xmp_metadata.stream.get_data().decode()
    root = pdf.trailer["/Root"]

    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == ("en" if name == "foreign_invoice" else "sv")
    assert {tuple(round(float(side) / 72 * 25.4) for side in page.mediabox[2:]) for page in pdf.pages} == {(210, 297)}


def test_title_author_and_day_are_those_of_the_document():
    found = opened(made("invoice")).metadata

    assert (found.title, found.author) == ("Faktura 010004711", "Nordviks Energi AB")
    assert found["/CreationDate"] == found["/ModDate"] == "D:20261102000000Z"


def test_every_font_is_ours_and_goes_with_the_file():
    pages = opened(made("invoice")).pages
    fonts = [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]

    assert {str(font["/BaseFont"]).partition("+")[2].partition("-")[0] for font in fonts} == {"SourceSansPro", "OCRB"}
    described = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert all({"/FontFile2", "/FontFile3"} & set(one) for one in described)


def test_the_ubl_is_attached_as_an_alternative_of_the_page():
    drawn, document = sample("invoice")
    ubl = "<Invoice>Återstår</Invoice>".encode()

    pdf = opened(drawn.render(document, ubl))

    assert pdf.attachments["invoice.xml"] == [ubl]
    assert pdf.trailer["/Root"]["/AF"][0].get_object()["/AFRelationship"] == "/Alternative"


def test_without_ubl_nothing_is_attached():
    assert not opened(made("invoice")).attachments


@pytest.mark.parametrize("ubl", [b"\xff\xfe<Invoice/>", b" " * (10 * 1024 * 1024 + 1)], ids=["UTF-16", "too large"])
def test_ubl_that_cannot_be_attached_is_refused(ubl):
    drawn, document = sample("invoice")

    with pytest.raises(DocumentError, match="UBL"):
        drawn.render(document, ubl)


# The same bytes


def test_another_process_gives_the_same_bytes():
    program = (
        "import hashlib; from tests.rendering.sample_documents import sample\n"
        "for name in ('invoice_long', 'reminder'):\n"
        "    drawn, document = sample(name); print(hashlib.sha256(drawn.render(document, b'<a/>')).hexdigest())"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    here = [
        hashlib.sha256(drawn.render(document, b"<a/>")).hexdigest()
        for drawn, document in map(sample, ("invoice_long", "reminder"))
    ]

    assert done.stdout.split() == here


def test_threads_share_a_renderer_and_nothing_of_one_document_comes_into_another():
    drawn, document = sample("invoice")
    documents = [document.model_copy(update={"number": f"7000{number}"}) for number in range(8)]
    alone = [drawn.render(one) for one in documents]
    together: dict[int, bytes] = {}

    threads = [
        threading.Thread(target=lambda at=at, one=one: together.update({at: drawn.render(one)}))
        for at, one in enumerate(documents)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [together[at] for at in range(len(documents))] == alone
    assert len(set(alone)) == len(alone)


# The window


@pytest.mark.parametrize(
    "window", [None, LEFT, HIGH, BROAD, BROAD_AND_HIGH], ids=["H2", "left", "high", "broad", "broad and high"]
)
@pytest.mark.parametrize("lines", ["few", "many"])
def test_the_address_lies_in_the_window_and_nothing_else_does(window, lines):
    drawn = renderer({"window": window} if window else None)
    box = company({"window": window} if window else None).letterhead.window
    _, document = sample("foreign_invoice" if lines == "many" else "invoice")
    if lines == "many":
        wide = {
            "care_of": "Frau Wilhelmine Wüstenwald-Wagenschwang",
            "street_2": "Hinterhaus, dritter Aufgang links, 4. OG",
        }
        address = document.debtor.address.model_copy(update=wide)
        document = document.model_copy(update={"debtor": document.debtor.model_copy(update={"address": address})})

    pdf = drawn.render(document)
    inside = [
        text
        for text in placed(pdf)
        if text.right_mm > box.left_mm
        and text.left_mm < box.left_mm + box.width_mm
        and text.baseline_mm > box.top_mm
        and text.baseline_mm - CAP_HEIGHT * text.size_mm < box.top_mm + box.height_mm
    ]

    expected = [
        document.debtor.name,
        document.debtor.address.street,
        "GERMANY" if lines == "many" else "602 16 Nordvik",
    ]
    assert [text.text for text in inside][:: len(inside) - 1] == expected[::2]
    assert len(inside) == (6 if lines == "many" else 3)
    assert all(text.left_mm >= box.left_mm and text.right_mm <= box.left_mm + box.width_mm for text in inside)
    assert all(text.baseline_mm - text.size_mm >= box.top_mm for text in inside)
    assert all(text.baseline_mm + text.size_mm / 4 <= box.top_mm + box.height_mm for text in inside)
    assert all(text.left_mm > 15 and text.right_mm < 193 for text in placed(pdf))


@pytest.mark.parametrize("name", ["warning", "no_slip"], ids=["protected", "without address"])
def test_of_a_protected_or_unknown_address_only_the_name_is_shown(name):
    _, document = sample(name)
    pdf = made(name)

    assert [text.text for text in placed(pdf) if 110 <= text.left_mm < 195 and 45 < text.baseline_mm < 72] == [
        document.debtor.name
    ]
    assert "Exempelgatan" not in text_of(pdf)


def test_an_address_that_does_not_fit_is_refused_without_repeating_it():
    _, document = sample("invoice")
    wide = {"care_of": "W" * 100, "street": "W" * 100, "street_2": "W" * 100, "city": "W" * 100}
    debtor = document.debtor.model_copy(
        update={"name": "W" * 140, "address": document.debtor.address.model_copy(update=wide)}
    )

    with pytest.raises(DocumentError, match="shorten its lines") as refused:
        renderer().render(document.model_copy(update={"debtor": debtor}))

    assert "WWW" not in str(refused.value)


def test_a_window_at_the_foot_of_the_page_is_refused():
    with pytest.raises(ConfigurationError, match=r"letterhead\.window"):
        renderer({"window": {"top_mm": 200}})


# What it says


@pytest.mark.parametrize("name", sorted(TITLES))
def test_each_kind_says_what_it_is_in_both_languages(name):
    swedish, english = text_of(made(name, heading="")), text_of(made(name, heading="", language="en"))

    assert swedish.startswith(TITLES[name])
    assert english.startswith(wording()["en"]["titles"][name])
    assert "Sida 1 av 1" in swedish
    assert "Page 1 of 1" in english


def test_both_languages_have_the_same_words():
    swedish, english = wording()["sv"], wording()["en"]

    assert set(swedish) == set(english)
    assert {name: set(one) for name, one in swedish.items() if isinstance(one, dict)} == {
        name: set(one) for name, one in english.items() if isinstance(one, dict)
    }


def test_a_copy_says_so_and_is_the_same_else():
    copy = text_of(made("invoice", copy_no=1))

    assert "KOPIA" in copy
    assert copy.replace("KOPIA ", "") == text_of(made("invoice"))


def test_figures_are_written_the_way_of_the_language():
    assert "57 292,60 kr" in text_of(made("invoice_long"))
    assert "57,292.60 SEK" in text_of(made("invoice_long", language="en"))


def test_lines_go_on_over_the_page_with_their_head_and_the_sums_stay_together():
    lines = [{"text": f"Rad {number}", "amount": "10"} for number in range(1, 101)]

    pdf = made("invoice_long", lines=lines, allowances=[], deductions=[])
    pages = [text_of(pdf, number) for number in range(1, len(opened(pdf).pages) + 1)]

    assert len(pages) > 2
    assert all(("Benämning" in page) == ("\nRad " in page) for page in pages)
    assert all(f"Sida {number} av {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert all("Nordviks Energi AB" in page for page in pages)
    assert [word for page in pages for word in page.split("\n") if word.startswith("Rad ")] == [
        f"Rad {number} 1 st 25 % 10,00" for number in range(1, 101)
    ]
    assert "Netto exkl. moms 1 000,00" in pages[-1]
    assert "Att betala 1 250,00 kr" in pages[-1]


def test_vat_stands_by_rate_with_base_and_tax():
    said = text_of(made("invoice_long"))

    assert all(row in said for row in ("25 % 60 795,10 15 198,78", "12 % 516,00 61,92", "6 % 680,00 40,80"))


def test_vat_in_another_currency_stands_in_that_of_the_books_too():
    abroad = {"currency": "EUR", "vat_in_books": "171017.25"}

    assert "6 % 680,00 40,80 Moms i SEK 171 017,25" in in_one_line(made("invoice_long", **abroad))
    assert "6 % 680.00 40.80 VAT in SEK 171,017.25" in in_one_line(made("invoice_long", **abroad, language="en"))
    assert "Moms i SEK" not in in_one_line(made("invoice_long", vat_in_books="171017.25"))  # it is that of the books
    assert "Moms i" not in in_one_line(made("invoice_long", currency="EUR"))
    assert "Moms i NOK 171 017,25" in in_one_line(renderer(currency="NOK").render(sample("invoice_long", **abroad)[1]))


def test_why_there_is_no_vat_is_said():
    assert "Reverse charge: the buyer accounts for the VAT." in text_of(made("foreign_invoice"))


def test_a_letter_lists_its_claims_with_interest_and_fee():
    said = text_of(made("reminder"))

    assert "Kapital Ränta Kostnader Summa" in said
    assert "010004711 Elnät oktober 2026" in said
    assert "2026-11-02 2026-11-30 977,00 977,00 4,82 60,00 1 041,82" in said
    assert "Referens 01000450211" in said
    assert "Att betala 1 690,94 kr" in said


def test_a_letter_says_how_its_interest_was_counted_and_what_was_sent_before():
    said = in_one_line(made("demand"))

    assert "Ränta på Tid Dagar Räntesats per år Räknat på" in said
    assert "010004711 2026-12-01 – 2026-12-31 31 10 % 977,00" in said
    assert "Tidigare brev om samma skuld: Påminnelse 2026-12-14, att betala senast 2026-12-28" in said
    assert "Handläggare Vera Lund, 010-000 00 01" in said


def test_what_else_is_open_stands_apart_and_is_not_asked_for():
    said = in_one_line(made("reminder"))

    assert (
        "Också öppet, krävs inte här Avser Förfallodag Återstår 010004899 Elnät november 2026 2026-12-30 1 012,00"
        in said
    )
    assert "Summa fordringar 1 690,94" in said


def test_a_residual_demand_deducts_what_was_paid_under_its_own_heading():
    said = in_one_line(made("residual_demand"))

    assert said.startswith("Erinran")
    assert "Summa fordringar 1 168,25 Betalt 2027-01-20 −977,00 Betalt 2027-01-22 −50,00 Att betala 141,25 kr" in said


def test_a_statement_says_what_is_open_by_how_late_it_is_and_asks_for_nothing():
    said = in_one_line(made("statement_of_account"))

    assert "Förfallet sedan Belopp Ännu inte förfallet 8 450,00 1 till 30 dagar −120,00" in said
    assert "61 dagar eller mer 1 228,25" in said
    assert "Saldo 9 558,25 kr" in said
    assert "Nordviks Bostäder AB" in said
    assert "Att betala" not in said


def test_a_copy_that_is_not_to_say_so_looks_like_its_original():
    assert text_of(made("demand", copy_no=1, says_copy=False)) == text_of(made("demand"))


def test_notes_take_the_place_of_our_own_words_in_a_letter():
    said = text_of(made("reminder", notes=["Ring oss!"]))

    assert "Ring oss!" in said
    assert "Vi har inte sett" not in said


def test_terms_and_greeting_stand_on_what_asks_for_payment():
    drawn = renderer({"greeting": {"sv": "Hälsningar"}})

    assert {"Hälsningar", "räntelagen"} <= set(text_of(drawn.render(sample("invoice")[1])).replace(":", "").split())
    assert "räntelagen" not in text_of(drawn.render(sample("credit_note")[1]))


def test_markup_in_a_text_is_text():
    text = '#panic("x") *fet* $x$ @a <b> \\ `c` // d'

    assert text in text_of(made("invoice", refers_to=text))


@pytest.mark.parametrize("sign", ["漢", "😀", "\ue000"])
def test_a_letter_that_no_font_has_is_refused_without_repeating_it(sign):
    with pytest.raises(DocumentError, match="character") as refused:
        made("invoice", notes=[f"Hej {sign}"])

    assert sign not in str(refused.value)


def test_no_identity_is_printed():
    debtor = {"name": "Tolvan Tolvansson", "identity": "191212121212"}

    assert "1212" not in text_of(made("invoice", debtor=debtor))


# Payment


@pytest.mark.parametrize("name", WITH_SLIP)
def test_the_optical_line_stands_21_mm_above_the_edge_with_its_zone_to_itself(name):
    pdf = made(name)
    line = optical(pdf)

    assert {round(text.baseline_mm, 2) for text in line} == {276.0}
    assert all(abs((text.right_mm - text.left_mm) / len(text.text) - 2.54) < 0.01 for text in line)
    assert min(text.left_mm for text in line) > 15
    assert max(text.right_mm for text in line) < 195
    others = [text.baseline_mm for text in placed(pdf) if text not in line]
    assert max(others) < 276.0 - 2.5 - 25.4 / 6
    assert all(
        not text.font.startswith("OCRB") for page in range(2, len(opened(pdf).pages) + 1) for text in placed(pdf, page)
    )


def test_the_slip_says_account_reference_amount_and_day():
    line = " ".join(text.text for text in optical(made("invoice")))

    assert line == "# 01000471118 # 977 00 9 > 9912346#41#"
    assert "Bankgiro\n991-2346\nOCR-nummer\n01000471118\nAtt betala\n977,00 kr\nBetala senast\n2026-11-30" in text_of(
        made("invoice")
    )


def test_a_reference_of_25_digits_fits_on_the_slip():
    reference = with_check_digit("1234567890" * 2 + "1234")
    pdf = made("invoice", reference=reference)

    assert optical(pdf)[0].text == f"#{reference}"
    assert f"OCR-nummer\n{reference}\n" in text_of(pdf)


def test_the_slip_stands_on_the_first_page_of_many():
    assert optical(made("invoice_long"))


@pytest.mark.parametrize("name", ["credit_note", "cancellation_notice", "direct_debit_invoice"])
def test_what_is_not_to_be_paid_has_neither_box_nor_slip(name):
    pdf = made(name)

    assert optical(pdf) == []
    assert "991-2346" not in text_of(pdf)
    assert "Betala senast" not in text_of(pdf)


def test_a_direct_debit_says_when_the_money_is_drawn_and_its_copy_can_be_paid():
    assert "Beloppet dras från ert konto 2026-11-30." in text_of(made("direct_debit_invoice"))
    copy = made("direct_debit_invoice", copy_no=1, reference="01000471118")

    assert optical(copy)
    assert "dras från ert konto 2026" not in text_of(copy)


def test_those_abroad_see_iban_and_bic_and_no_slip():
    pdf = made("foreign_invoice")
    said = text_of(pdf)

    assert optical(pdf) == []
    assert "SE45 5000 0000 0583 9825 7466" in said
    assert "ESSESESS" in said
    assert "991-2346" not in said


def test_without_a_slip_the_box_stands_in_the_text():
    pdf = made("no_slip")

    assert optical(pdf) == []
    assert "Bankgiro\n991-2346" in text_of(pdf)
    assert "Referens\nF-2026/17" in text_of(pdf)


def test_an_account_that_is_not_the_companys_is_refused():
    with pytest.raises(DocumentError, match="payee_account: is none of the company's"):
        made("invoice", payee_account="plusgiro:1018-1")


# The letterhead


def test_a_png_is_as_good_a_logo_as_an_svg(tmp_path):
    (tmp_path / "logo.png").write_bytes(PNG)
    _, document = sample("invoice")

    pdf = opened(Renderer(company({"logo": "logo.png"}), home=tmp_path).render(document))

    assert len(pdf.pages[0].images) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"GIF89a", "neither SVG nor PNG"),
        (b"\xff\xd8\xff", "neither SVG nor PNG"),
        (b"<html><svg", "damaged"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>', "doctype"),
        (PNG[:40], "damaged"),
        (PNG[:45] + b"!" + PNG[46:], "damaged"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><text>Nordvik</text></svg>', "into paths"),
        (PNG[:16] + b"\x00\x01\x00\x00" * 2 + PNG[24:], "2000 pixels"),
        (b"<svg>" + b" " * 600_000 + b"</svg>", "KiB"),
    ],
    ids=[
        "missing",
        "gif",
        "jpeg",
        "cut svg",
        "entities",
        "cut png",
        "damaged png",
        "svg with text",
        "huge png",
        "large file",
    ],
)
def test_a_logo_that_cannot_be_used_is_refused_with_its_setting(content, said, tmp_path):
    if content is not None:
        (tmp_path / "logo").write_bytes(content)

    with pytest.raises(ConfigurationError, match=said) as refused:
        Renderer(company({"logo": "logo"}), home=tmp_path)

    assert refused.value.where == "letterhead.logo"


def test_a_logo_outside_the_home_is_refused(tmp_path):
    (tmp_path / "logo.svg").write_bytes((SAMPLES / "nordvik.svg").read_bytes())
    (tmp_path / "home").mkdir()

    with pytest.raises(ConfigurationError, match="outside"):
        Renderer(company({"logo": "../logo.svg"}), home=tmp_path / "home")


def test_without_a_logo_the_name_stands_in_its_place():
    assert any(
        text.text == "Nordviks Energi AB" and text.baseline_mm < 30
        for text in placed(renderer({"logo": ""}).render(sample("invoice")[1]))
    )


def test_every_sample_is_a_right_document():
    assert {name: document_problems(sample(name)[1]) for name in NAMES} == {name: [] for name in NAMES}


SUMMED_UP_ANEW = {"to_pay": None, "rounding": "0.00", "vat": [], "allowances": [], "deductions": []}


def test_what_stands_below_a_line_is_on_its_page():
    notes = {f"Line {number:02}": [f"Note {number:02}{letter}" for letter in "abcd"] for number in range(80)}
    lines = [{"text": text, "amount": "1.00", "note": "\n".join(below)} for text, below in notes.items()]
    pdf = made("invoice_long", lines=lines, **SUMMED_UP_ANEW)
    pages = [text_of(pdf, page + 1) for page in range(len(opened(pdf).pages))]

    assert len(pages) > 2
    together = [(page, (text, *below)) for page in pages for text, below in notes.items()]
    torn = [told[0] for page, told in together if len({one in page for one in told}) > 1]
    assert torn == []
