"""Each report finds its document and its meaning, whoever wrote it and however; nothing makes the reader fail."""

from __future__ import annotations

import random
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.delivery import Receipt, ReceiptKind
from hub_email import EmailSettings
from hub_email.receipts import receipt_of

OWN = "bounce+d-17@nordvik.example"
SETTINGS = EmailSettings(
    host="mail.nordvik.example", sender_address="faktura@nordvik.example", bounce_address="bounce@nordvik.example"
)
RETURNED = "Message-ID: <d-17@nordvik.example>\nX-Hub-Delivery: d-17\nSubject: Faktura 1017\n"


def report(
    recipient: str = "Final-Recipient: rfc822; anna@example.com\nAction: failed\nStatus: 5.1.1",
    *,
    to: str = OWN,
    about: str = "Reporting-MTA: dns; mx.example.com",
    returned: str = RETURNED,
    part: str = "message/delivery-status",
    report_type: str = "delivery-status",
    head: str = "",
) -> bytes:
    text = f"""From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: Mon, 23 Nov 2026 10:00:00 +0100
Auto-Submitted: auto-replied
{head}MIME-Version: 1.0
Content-Type: multipart/report; report-type={report_type}; boundary="b"

--b
Content-Type: text/plain

This is the mail system.

--b
Content-Type: {part}

{about}

{recipient}

--b
Content-Type: text/rfc822-headers

{returned}
--b--
"""
    return text.replace("\n", "\r\n").encode()


def status(code: str, action: str = "failed", said: str = "") -> str:
    return f"Final-Recipient: rfc822; anna@example.com\nAction: {action}\nStatus: {code}\nDiagnostic-Code: smtp; {said}"


def told(mail: bytes) -> Receipt:
    receipt = receipt_of(mail, SETTINGS)
    assert receipt is not None
    return receipt


def test_a_bounce_says_which_document_when_and_that_the_address_is_bad() -> None:
    assert told(report()) == Receipt(
        ReceiptKind.RETURNED,
        delivery_id="d-17",
        reason="reported as failed 5.1.1: there is no such mailbox",
        at="2026-11-23T09:00:00+00:00",
        is_bad_address=True,
    )


@pytest.mark.parametrize(
    ("code", "action", "said", "kind", "is_bad"),
    [
        ("5.1.1", "failed", "", "returned", True),
        ("5.1.2", "failed", "", "returned", True),
        ("5.1.10", "failed", "", "returned", True),
        ("5.2.1", "failed", "", "returned", True),
        ("5.1.7", "failed", "", "stopped", False),
        ("5.1.8", "failed", "", "stopped", False),
        ("5.2.2", "failed", "552 full", "returned", False),
        ("5.3.4", "failed", "", "returned", False),
        ("5.4.4", "failed", "", "returned", False),
        ("5.7.1", "failed", "", "returned", False),
        ("5.7.26", "failed", "", "returned", False),
        ("4.4.7", "failed", "", "returned", False),
        ("4.2.2", "failed", "", "returned", False),
        ("5.0.0", "failed", "550 5.1.1 unknown", "returned", True),
        ("5.0.0", "failed", "550 no such user", "returned", False),
        ("5.0.0", "failed", "554 no", "stopped", False),
        ("5.6.0", "failed", "", "stopped", False),
        ("5.5.0", "failed", "", "stopped", False),
        ("", "failed", "", "stopped", False),
        ("6.6.6", "failed", "", "stopped", False),
        ("5.1.1", "", "", "returned", True),
        ("4.2.2", "delayed", "", "under_way", False),
        ("4.4.1", "delayed", "", "under_way", False),
        ("4.2.2", "", "", "under_way", False),
        ("5.1.1", "delayed", "", "under_way", False),
        ("2.1.5", "delivered", "", "delivered", False),
        ("2.0.0", "relayed", "", "under_way", False),
        ("2.0.0", "expanded", "", "under_way", False),
        ("", "", "", "stopped", False),
        ("5.1.1", "exploded", "", "stopped", False),
        ("5.1.1 (bad destination)", "FAILED (really)", "", "returned", True),
    ],
)
def test_every_status_has_its_meaning(code: str, action: str, said: str, kind: str, is_bad: bool) -> None:
    receipt = told(report(status(code, action, said)))

    assert (receipt.kind, receipt.is_bad_address) == (kind, is_bad)
    assert "anna" not in receipt.reason


@pytest.mark.parametrize(
    ("to", "about", "returned"),
    [
        (OWN, "Reporting-MTA: dns; x", "Subject: x\n"),
        ("faktura@nordvik.example", "Reporting-MTA: dns; x\nOriginal-Envelope-Id: d-17", "Subject: x\n"),
        ("faktura@nordvik.example", "Reporting-MTA: dns; x", "X-Hub-Delivery: d-17\n"),
        ("faktura@nordvik.example", "Reporting-MTA: dns; x", "Message-ID: <d-17@nordvik.example>\n"),
        ("faktura@nordvik.example", "Reporting-MTA: dns; x", f"Return-Path: <{OWN}>\n"),
    ],
)
def test_a_report_is_found_by_address_envelope_or_headers(to: str, about: str, returned: str) -> None:
    assert told(report(to=to, about=about, returned=returned)).delivery_id == "d-17"


def test_a_report_is_found_by_the_address_that_the_mail_server_notes() -> None:
    assert told(report(to="x@example.com", returned="", head=f"Delivered-To: {OWN}\n")).delivery_id == "d-17"


def test_an_address_in_small_letters_is_the_one_that_was_sent() -> None:
    mail = report(to="bounce+d-17a@nordvik.example", returned="X-Hub-Delivery: D-17A\n")

    assert told(mail).delivery_id == "D-17A"


def test_a_report_of_nobody_we_know_is_nothing() -> None:
    for returned in ("Message-ID: <d-17@elsewhere.example>\n", "X-Hub-Delivery: d 17; drop\n", ""):
        assert receipt_of(report(to="faktura@nordvik.example", returned=returned), SETTINGS) is None


@pytest.mark.parametrize(
    "mail",
    [
        report(part="message/global-delivery-status", report_type="global-delivery-status"),
        report("Action: failed\nStatus: 5.1.1\nFinal-Recipient: utf-8; åsa@example.com"),
        report(about="Final-Recipient: rfc822; anna@example.com\nAction: failed\nStatus: 5.1.1", recipient=""),
        report().replace(b"\r\n", b"\n"),
        report(returned=RETURNED + "\n" + "x" * 2_000_000)[: 1024 * 1024],
        report() + b"\x00\xff" * 100,
        report().replace(b"\r\n--b--", b""),
    ],
    ids=["global", "utf-8", "one group of fields", "line feeds", "cut", "rubbish behind it", "without its end"],
)
def test_forms_of_other_systems_are_read(mail: bytes) -> None:
    assert (told(mail).kind, told(mail).is_bad_address) == (ReceiptKind.RETURNED, True)


def test_a_mail_that_was_passed_on_to_several_is_for_a_person_when_not_all_took_it() -> None:
    both = f"{status('5.1.1')}\n\n{status('2.0.0', 'delivered')}"

    assert told(report(both)).kind is ReceiptKind.STOPPED
    assert told(report(f"{status('5.1.1')}\n\n{status('5.1.1')}")).kind is ReceiptKind.RETURNED


def complaint(kind: str) -> bytes:
    fields = f"Feedback-Type: {kind}\nUser-Agent: x\nVersion: 1\nOriginal-Mail-From: <{OWN}>"
    return report(
        "", to="abuse@nordvik.example", about=fields, part="message/feedback-report", report_type="feedback-report"
    )


@pytest.mark.parametrize("kind", ["abuse", "fraud", "opt-out", "other", ""])
def test_after_a_complaint_the_address_is_not_used_and_the_debtor_has_the_document(kind: str) -> None:
    receipt = told(complaint(kind))

    assert (receipt.kind, receipt.delivery_id, receipt.is_bad_address) == (ReceiptKind.DELIVERED, "d-17", True)


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_a_feedback_that_is_no_complaint_decides_nothing(kind: str) -> None:
    assert told(complaint(kind)) == told(complaint(kind))._replace(kind=ReceiptKind.UNDER_WAY, is_bad_address=False)


def plain(sender: str, subject: str, **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, OWN, subject
    for name, text in headers.items():
        mail[name.replace("_", "-")] = text
    mail.set_content("5.1.1 is my room. Action: failed\n")
    return mail.as_bytes()


def test_absence_notices_and_answers_are_nothing() -> None:
    for mail in (
        plain("anna@example.com", "Automatic reply", Auto_Submitted="auto-replied"),
        plain("anna@example.com", "Re: Faktura 1017"),
        plain("news@example.com", "Action: failed Status: 5.1.1"),
        report(part="message/disposition-notification", report_type="disposition-notification"),
    ):
        assert receipt_of(mail, SETTINGS) is None


def test_a_return_that_cannot_be_read_is_for_a_person() -> None:
    assert told(plain("MAILER-DAEMON@example.com", "failure notice")).kind is ReceiptKind.STOPPED


def test_a_report_inside_another_mail_is_not_a_report() -> None:
    outer = b"From: anna@example.com\r\nTo: %s\r\nContent-Type: message/rfc822\r\n\r\n" % OWN.encode()

    assert receipt_of(outer + report(), SETTINGS) is None


@given(st.binary(max_size=2_000))
def test_random_bytes_are_nothing(mail: bytes) -> None:
    assert receipt_of(mail, SETTINGS) is None


def test_changed_reports_never_make_it_fail(pytestconfig: pytest.Config) -> None:
    chance = random.Random(17)
    times = 1_500 if pytestconfig.getoption("--in-full", default=False) else 400
    for mail in (report(), complaint("abuse"), report(status("5.0.0", said="550 5.1.1 x"))):
        for _ in range(times):
            changed = bytearray(mail)
            for _ in range(chance.randint(1, 6)):
                at = chance.randrange(len(changed))
                changed[at : at + chance.randint(0, 30)] = chance.randbytes(chance.randint(0, 4))
            receipt = receipt_of(bytes(changed), SETTINGS)
            assert receipt is None or isinstance(receipt.kind, ReceiptKind)


@pytest.mark.parametrize(
    "mail",
    [
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(2_500)),
        b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
        b"To: " + b"bounce+" * 100_000 + b"\r\n\r\n",
        b'Content-Type: multipart/report; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 10_000,
        b"To: =?utf-8?b?" + b"=" * 10_000 + b"?=\r\nFrom: \xff\xfe\r\nDate: 99999\r\n\r\n",
        report(about="x: y\n\n" * 5_000),
        report("Status: " + "5.1.1 " * 50_000),
    ],
    ids=["nested", "mails in mails", "long", "many parts", "encoded", "many groups", "long field"],
)
def test_mail_that_was_made_to_harm_is_survived(mail: bytes) -> None:
    receipt_of(mail[: 1024 * 1024], SETTINGS)


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Nov 2026 99:99:99 +9999"])
def test_a_date_that_is_none_is_left_out(date: str) -> None:
    mail = report().replace(b"Date: Mon, 23 Nov 2026 10:00:00 +0100", f"Date: {date}".encode())

    assert told(mail).at == ""
