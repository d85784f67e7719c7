"""A message is the same bytes each time, sound as a mail, and says nothing that is nobody's business."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default
from typing import Any

import pytest

from hub.model.delivery import Outgoing, Prepared, Recipient, Unfit
from hub.model.documents import DocumentKind
from hub_email import EmailSettings
from hub_email.preparing import message_of

PERSON = "191212121212"
Outgo = Callable[..., Outgoing]
LETTERS = {
    DocumentKind.CANCELLATION_NOTICE,
    DocumentKind.REMINDER,
    DocumentKind.DEMAND,
    DocumentKind.RESIDUAL_DEMAND,
    DocumentKind.WARNING,
    DocumentKind.STATEMENT_OF_ACCOUNT,
}


def content_of(outgoing: Outgoing, settings: EmailSettings) -> bytes:
    made = message_of(outgoing, settings)
    assert isinstance(made, Prepared), made
    return made.content


def mail_of(outgoing: Outgoing, settings: EmailSettings) -> EmailMessage:
    return message_from_bytes(content_of(outgoing, settings), policy=default)


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def everything_readable(mail: EmailMessage) -> str:
    names = [part.get_filename() or "" for part in mail.walk()]
    return "\n".join([*map(str, mail.values()), *names, text_of(mail), text_of(mail, "html")])


def of_kind(kind: DocumentKind, **changed: Any) -> dict[str, Any]:
    parts: dict[str, Any] = {"kind": kind, **changed}
    if kind in LETTERS:
        parts |= {"lines": [], "claims": [{"number": "1017", "open": "1250.00"}]}
    if kind is DocumentKind.INSTALMENT_PLAN:
        parts |= {"lines": [], "instalments": [{"due_date": "2027-01-31", "amount": "500.00"}]}
    return parts


def test_the_same_document_gives_the_same_bytes(outgo: Outgo, settings: EmailSettings) -> None:
    assert content_of(outgo(), settings) == content_of(outgo(), settings)


def test_another_process_makes_the_same_bytes(outgo: Outgo, settings: EmailSettings) -> None:
    """Nothing is drawn by lot when a process starts, such as the order of a set."""
    program = (
        "import sys, hashlib; from hub.model.delivery import *; from hub.model.documents import Document;"
        "from hub_email.preparing import message_of; from hub_email import EmailSettings;"
        "out, settings = sys.stdin.readlines();"
        "document = Document.model_validate_json(out);"
        "o = Outgoing('d-17', document, Recipient('debtor', email=document.debtor.email), '', b'pdf');"
        "print(hashlib.sha256(message_of(o, EmailSettings.model_validate_json(settings)).content).hexdigest())"
    )
    document = outgo(pdf=b"pdf").document
    given = document.as_json().decode() + "\n" + settings.model_dump_json(exclude={"price_ore"})
    lot = {**os.environ, "PYTHONHASHSEED": "17"}  # this process has another one
    said = subprocess.run(
        [sys.executable, "-c", program], input=given, capture_output=True, text=True, check=True, env=lot
    ).stdout
    here = Outgoing("d-17", document, Recipient("debtor", email=document.debtor.email), "", b"pdf")

    assert said.strip() == hashlib.sha256(message_of(here, settings).content).hexdigest()


def test_two_documents_to_one_address_are_two_messages(outgo: Outgo, settings: EmailSettings) -> None:
    first, second = (mail_of(outgo(delivery_id), settings) for delivery_id in ("d-1", "d-2"))

    assert first["To"] == second["To"]
    assert (first["Message-ID"], second["Message-ID"]) == ("<d-1@nordvik.example>", "<d-2@nordvik.example>")
    assert (first["X-Envelope-From"], second["X-Envelope-From"]) == (
        "bounce+d-1@nordvik.example",
        "bounce+d-2@nordvik.example",
    )


def test_the_headers_say_who_it_is_from_and_that_a_machine_sent_it(outgo: Outgo, settings: EmailSettings) -> None:
    mail = mail_of(outgo(), settings)

    assert mail["From"] == "Nordvik Energi <faktura@nordvik.example>"
    assert mail["Reply-To"] == "faktura@nordvik.example"
    assert mail["To"] == "Anna Öberg <anna@example.com>"
    assert mail["Subject"] == "Faktura 1017 från Nordvik Energi"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Hub-Delivery"] == "d-17"
    assert mail["Date"] is None  # it is put there when the mail is sent


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_the_text_says_what_is_to_be_paid(outgo: Outgo, settings: EmailSettings, kind: str) -> None:
    text = text_of(mail_of(outgo(), settings), kind)

    assert all(said in text for said in ("1 250,00 kr", "2026-12-22", "991-2346", "1234567806", "Faktura-1017.pdf"))


def test_of_a_plan_the_text_asks_for_the_first_instalment_as_the_pdf_does(
    outgo: Outgo, settings: EmailSettings
) -> None:
    parts = [("2027-01-31", "750.00", "10033"), ("2026-12-31", "500.00", "10025")]
    plan = [{"due_date": day, "amount": amount, "reference": reference} for day, amount, reference in parts]
    text = text_of(mail_of(outgo(kind="instalment_plan", lines=[], instalments=plan), settings))

    assert "Första delbetalningen: 500,00 kr" in text
    assert "OCR-nummer eller referens: 10025" in text
    assert all(other not in text for other in ("1 250,00", "1234567806"))


def test_the_copy_of_a_direct_debit_that_is_to_be_paid_says_how(outgo: Outgo, settings: EmailSettings) -> None:
    drawn, copy = (
        text_of(mail_of(outgo(kind="direct_debit_invoice", copy_no=no, reference=reference), settings))
        for no, reference in ((0, ""), (1, "1234567806"))
    )

    assert "Beloppet dras" in drawn
    assert "Att betala" not in drawn
    assert "Beloppet dras" not in copy
    assert all(said in copy for said in ("Att betala: 1 250,00 kr", "OCR-nummer eller referens: 1234567806"))


def test_english_documents_are_sent_in_english(outgo: Outgo, settings: EmailSettings) -> None:
    mail = mail_of(outgo(language="en"), settings)

    assert mail["Subject"] == "Invoice 1017 from Nordvik Energi"
    assert "To pay: SEK 1250.00" in text_of(mail)
    assert '<html lang="en">' in text_of(mail, "html")


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_becomes_a_sound_mail(
    outgo: Outgo, settings: EmailSettings, kind: DocumentKind, language: str
) -> None:
    content = content_of(outgo(**of_kind(kind, language=language)), settings)
    mail = message_from_bytes(content, policy=default)

    assert not [part.defects for part in mail.walk() if part.defects]
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert content.isascii()
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["application/pdf"]


@pytest.mark.parametrize("kind", [DocumentKind.DEMAND, DocumentKind.RESIDUAL_DEMAND, DocumentKind.WARNING])
def test_of_collection_the_subject_says_nothing(outgo: Outgo, settings: EmailSettings, kind: DocumentKind) -> None:
    assert mail_of(outgo(**of_kind(kind)), settings)["Subject"] == "Brev 1017 från Nordvik Energi"


@pytest.mark.parametrize("kind", [DocumentKind.CREDIT_NOTE, DocumentKind.CANCELLATION_NOTICE])
def test_what_is_not_paid_asks_for_nothing(outgo: Outgo, settings: EmailSettings, kind: DocumentKind) -> None:
    text = text_of(mail_of(outgo(**of_kind(kind)), settings))

    assert "inte betala något" in text
    assert "1234567806" not in text


def test_direct_debit_tells_no_account(outgo: Outgo, settings: EmailSettings) -> None:
    text = text_of(mail_of(outgo(**of_kind(DocumentKind.DIRECT_DEBIT_INVOICE)), settings))

    assert "autogiro" in text
    assert "991-2346" not in text


def test_nothing_is_fetched_when_the_mail_is_shown(outgo: Outgo, settings: EmailSettings) -> None:
    html = text_of(mail_of(outgo(), settings), "html").lower()

    assert not [word for word in ("http", "src=", "href=", "url(", "<script", "<img", "<link") if word in html]


def test_names_do_not_become_html_or_headers(outgo: Outgo, settings: EmailSettings) -> None:
    sender = settings.model_copy(update={"sender_name": '<b>"Nord", vik</b>'})
    debtor = {"name": '<script>@, "Öberg"', "email": "anna@example.com"}
    mail = mail_of(outgo(debtor=debtor, number="<i>\u202e17\u2028", reference="<u>1</u>"), sender)

    assert mail["To"].addresses[0].display_name == '<script>@, "Öberg"'
    assert [address.addr_spec for address in mail["From"].addresses] == ["faktura@nordvik.example"]
    assert not [tag for tag in ("<i>", "<u>", "<script>", '<b>"') if tag in text_of(mail, "html")]
    assert mail.get_payload()[1].get_filename() == "Faktura-i- 17.pdf".replace("i-", "-i-").replace("--", "-")


def test_long_names_and_swedish_letters_come_through(outgo: Outgo, settings: EmailSettings) -> None:
    name = "Åke " + "Ö" * 130
    attachment = {"name": f"Specifikation {'å' * 90}.pdf", "content": "JVBERg=="}
    sender = settings.model_copy(update={"sender_name": "Åäö " * 45})
    content = content_of(
        outgo(debtor={"name": name, "email": "anna@example.com"}, attachments=[attachment], number="Ö" * 30), sender
    )
    mail = message_from_bytes(content, policy=default)

    raw = message_from_bytes(content, policy=compat32)["To"]  # the newer reader puts blanks between encoded words
    assert str(make_header(decode_header(raw))) == f"{name} <anna@example.com>"
    assert [part.get_filename() for part in mail.iter_attachments()] == [f"Faktura-{'Ö' * 30}.pdf", attachment["name"]]
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))


def test_utf8_before_the_at_sign_stays_and_the_domain_is_ascii(outgo: Outgo, settings: EmailSettings) -> None:
    mail = mail_of(outgo(debtor={"name": "Åsa", "email": "åsa@räksmörgås.se"}), settings)

    assert mail["X-Envelope-To"] == "åsa@xn--rksmrgs-5wao1o.se"
    assert mail["To"] == "Åsa <åsa@xn--rksmrgs-5wao1o.se>"


@pytest.mark.parametrize("shown", [PERSON, PERSON[2:], "121212-1212", "19121212-1212", "12 12 12 12 12"])
@pytest.mark.parametrize("field", ["number", "name", "attachment"])
def test_no_personal_number_can_be_read_on_the_way(
    outgo: Outgo, settings: EmailSettings, shown: str, field: str
) -> None:
    debtor = {"name": f"Anna {shown}" if field == "name" else "Anna", "email": "anna@example.com", "identity": PERSON}
    attachments = [{"name": f"Bilaga {shown}.pdf", "content": "JVBERg=="}] if field == "attachment" else []
    number = f"A-{shown}" if field == "number" else "1017"
    mail = mail_of(outgo(debtor=debtor, number=number, attachments=attachments), settings)

    read = "".join(sign for sign in everything_readable(mail) if sign.isdigit())
    assert PERSON[2:] not in read
    if field == "attachment":
        assert [part.get_filename() for part in mail.iter_attachments()][1] == "Bilaga-1.pdf"


def test_a_reference_with_a_personal_number_goes_another_way(outgo: Outgo, settings: EmailSettings) -> None:
    made = message_of(outgo(identity=PERSON, reference="1212121212"), settings)

    assert isinstance(made, Unfit)
    assert not made.is_for_a_person
    assert "1212121212" not in made.reason


def test_the_number_of_a_company_may_be_read(outgo: Outgo, settings: EmailSettings) -> None:
    assert isinstance(message_of(outgo(identity="5567321707", reference="5567321707"), settings), Prepared)


def test_a_mail_that_is_too_large_goes_another_way(outgo: Outgo, settings: EmailSettings) -> None:
    made = message_of(outgo(pdf=b"x" * 7_500_000), settings)

    assert isinstance(made, Unfit)
    assert "10000000" in made.reason


def test_a_large_mail_is_warned_of_by_its_delivery(
    outgo: Outgo, settings: EmailSettings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="hub"):
        assert isinstance(message_of(outgo(pdf=b"x" * 4_000_000), settings), Prepared)
    assert "d-17" in caplog.text
    assert "anna" not in caplog.text


@pytest.mark.parametrize("email", ["", "anna@127.0.0.1"])
def test_a_document_without_an_address_is_unfit_and_no_error(outgo: Outgo, settings: EmailSettings, email: str) -> None:
    assert isinstance(message_of(outgo(debtor={"name": "Anna", "email": email}), settings), Unfit)


@pytest.mark.parametrize("kind", ["message/rfc822", "multipart/mixed", "text/plain", "text/html"])
def test_an_attachment_is_never_part_of_the_mail_itself(outgo: Outgo, settings: EmailSettings, kind: str) -> None:
    attachment = {"name": "a.eml", "content_type": kind, "content": "U3ViamVjdDogeA0KDQouDQo="}
    mail = mail_of(outgo(attachments=[attachment]), settings)

    (_, added) = mail.iter_attachments()
    assert added.get_payload(decode=True) == b"Subject: x\r\n\r\n.\r\n"
