"""What buyers and access points answer, read: what is told of it, what is left out, and what is not believed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.errors import FormatError
from hub.model.delivery import AnswerKind, BuyerAnswer, Receipt, ReceiptKind
from hub_peppol import answers
from hub_peppol.answers.reading import LARGEST_ANSWER
from hub_peppol.sandbox_answers import Address, Clarification, Issue, invoice_response, message_level_status
from hub_peppol.sandbox_documents import small_invoice

SAMPLES = Path(__file__).parent / "samples" / "answers"
FULL = (SAMPLES / "invoice-response-full.xml").read_bytes()
STATUS = (SAMPLES / "message-level-response-full.xml").read_bytes()
BUYER, SELLER = Address("0007", "9999999999"), Address("0007", "5560000001")
AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
WORDS = "the buyer has written more in its own words: read them at the access point"
WHY = Clarification("OPStatusReason", "REF")


def answered(status: str, *said: Clarification, number: str = "F-1001") -> BuyerAnswer:
    content = invoice_response(number, status, buyer=BUYER, seller=SELLER, at=AT, clarifications=said)
    answer = answers.read(content)
    assert isinstance(answer, BuyerAnswer)
    return answer


def receipt(code: str, *issues: Issue) -> Receipt:
    said = answers.read(message_level_status("env-1", code, at=AT, words="Words", issues=issues))
    assert isinstance(said, Receipt)
    return said


def refused(content: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        answers.read(content)
    return caught.value


def told(content: bytes) -> str:
    """Return all that is told of an answer, be it believed or not."""
    try:
        return repr(answers.read(content))
    except FormatError as error:
        return str(error)


def in_envelope(*documents: bytes) -> bytes:
    space = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
    inner = b"".join(each.partition(b"?>")[2] or each for each in documents)
    begin = f'<StandardBusinessDocument xmlns="{space}"><!-- of the network --><StandardBusinessDocumentHeader/>'
    return begin.encode() + inner + b"</StandardBusinessDocument>"


@pytest.mark.parametrize("content", [FULL, STATUS], ids=["response", "status"])
def test_an_answer_in_its_envelope_says_what_it_says_without(content: bytes) -> None:
    assert answers.read(in_envelope(content)) == answers.read(content)


def test_an_invoice_in_an_envelope_is_no_answer() -> None:
    assert answers.read(in_envelope(small_invoice())) is None


@pytest.mark.parametrize("held", [(), (FULL, FULL)], ids=["none", "two"])
def test_an_envelope_without_one_document_is_refused(held: tuple[bytes, ...]) -> None:
    assert refused(in_envelope(*held)).code == "ENVELOPE_UNCLEAR"


def test_a_large_answer_in_an_envelope_is_refused_too() -> None:
    padded = FULL.replace(b"</ApplicationResponse>", b" " * LARGEST_ANSWER + b"</ApplicationResponse>")
    assert refused(in_envelope(padded)).code == "TOO_LARGE"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AB", AnswerKind.RECEIVED),
        ("IP", AnswerKind.IN_PROCESS),
        ("UQ", AnswerKind.UNDER_QUERY),
        ("CA", AnswerKind.CONDITIONALLY_ACCEPTED),
        ("RE", AnswerKind.REJECTED),
        ("AP", AnswerKind.ACCEPTED),
        ("PD", AnswerKind.PAID),
    ],
)
def test_each_status_of_a_buyer_has_its_kind(code: str, kind: AnswerKind) -> None:
    assert answered(code, WHY).kind is kind


def test_a_full_answer_tells_the_invoice_the_buyer_the_day_and_why() -> None:
    assert answers.read(FULL, sent_by="0007:9999999999") == BuyerAnswer(
        kind=AnswerKind.UNDER_QUERY,
        document_number="F-1001",
        buyer="0007:9999999999",
        reason="a reference is missing or wrong; it is about BT-13; it is about BT-9: 2026-12-03; the buyer has "
        "written more in its own words: read them at the access point; give what is missing; another reason",
        at="2026-11-02",
        answer_id="svar-2026-17",
        document_date="2026-10-30",
        seller="0007:5560000001",
    )


def test_whom_the_answer_says_that_it_is_from_is_not_believed() -> None:
    said = answers.read(FULL)
    assert isinstance(said, BuyerAnswer)
    assert said.buyer == ""


def test_the_same_code_means_what_its_list_says() -> None:
    said = answered("RE", Clarification("OPStatusReason", "OTH", "x"), Clarification("OPStatusAction", "OTH", "x"))
    assert (
        said.reason
        == "another reason; the buyer has written more in its own words: read them at the access point; another action"
    )


def test_words_that_may_name_people_are_not_told() -> None:
    said = answered("UQ", Clarification("OPStatusReason", "REC", "Fråga Anna, 198112189876"))
    assert "Anna" not in said.reason
    assert "1981" not in said.reason


def test_who_sent_the_envelope_is_the_buyer_whatever_the_answer_says() -> None:
    said = answers.read(FULL, sent_by="0007:5560000001")
    assert isinstance(said, BuyerAnswer)
    assert said.buyer == "0007:5560000001"


def test_the_day_of_issue_counts_where_no_day_of_effect_is_told() -> None:
    content = FULL.replace(b"<cbc:EffectiveDate>2026-11-02</cbc:EffectiveDate>", b"")
    said = answers.read(content)
    assert said is not None
    assert said.at == "2026-11-03T09:30:00+01:00"


def test_a_day_that_is_none_is_not_told() -> None:
    content = FULL.replace(b"<cbc:EffectiveDate>2026-11-02", b"<cbc:EffectiveDate>198112189876")
    assert "1981" not in told(content)


def test_an_invoice_is_no_answer() -> None:
    assert answers.read(b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>') is None


def test_an_answer_against_a_fatal_rule_is_not_believed_and_names_the_rule() -> None:
    error = refused(FULL.replace(b"<cbc:ResponseCode>UQ", b"<cbc:ResponseCode>NO"))
    assert error.code == "ANSWER_INVALID"
    assert "PEPPOL-T111-B03001" in str(error)
    assert "F-1001" in str(error)


def test_an_answer_against_many_rules_names_the_first_of_them() -> None:
    content = b'<ApplicationResponse xmlns="urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2"/>'
    assert "more" in str(refused(content))


def test_an_answer_larger_than_any_is_refused_before_it_is_parsed() -> None:
    begin = '<ApplicationResponse xmlns="urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2">'

    assert refused(begin.encode() + b" " * LARGEST_ANSWER + b"damaged").code == "TOO_LARGE"


def test_an_invoice_may_be_larger_than_any_answer() -> None:
    invoice = '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">%s</Invoice>'

    assert answers.read((invoice % (" " * LARGEST_ANSWER)).encode()) is None


def test_a_warning_keeps_no_answer_from_being_read() -> None:
    content = FULL.replace(b"<cbc:StatusReason>Ring oss.</cbc:StatusReason>", b"")
    assert isinstance(answers.read(content), BuyerAnswer)


def test_an_answer_about_two_invoices_is_not_half_applied() -> None:
    start, end = FULL.index(b"<cac:DocumentResponse>"), FULL.index(b"</ApplicationResponse>")
    assert refused(FULL[:end] + FULL[start:end] + FULL[end:]).code in {"ANSWER_UNCLEAR", "ANSWER_INVALID"}


def test_an_unknown_kind_of_answer_is_looked_at_by_a_person() -> None:
    content = FULL.replace(b"trns:invoice_response:3<", b"trns:catalogue_response:3<")
    assert "PEPPOL-T111-R003" in str(refused(content))


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><ApplicationResponse/>',
        FULL[: len(FULL) // 2],
        b"",
        b"{}",
    ],
)
def test_what_is_hostile_or_damaged_is_refused(content: bytes) -> None:
    refused(content)


def test_a_huge_answer_is_refused() -> None:
    filler = b"<!--" + b"x" * 2**20 + b"--></ApplicationResponse>"
    assert refused(FULL.replace(b"</ApplicationResponse>", filler)).code == "TOO_LARGE"


@pytest.mark.parametrize(
    ("code", "issues", "kind"),
    [
        ("AB", (), ReceiptKind.UNDER_WAY),
        ("AP", (), ReceiptKind.DELIVERED),
        ("AP", (Issue("BW", "x"),), ReceiptKind.DELIVERED),
        ("RE", (Issue("BV", "x"),), ReceiptKind.STOPPED),
        ("RE", (Issue("SV", "x"),), ReceiptKind.STOPPED),
        ("RE", (Issue("FD", "x"),), ReceiptKind.RETURNED),
        ("RE", (Issue("FD", "x"), Issue("BW", "x")), ReceiptKind.RETURNED),
        ("RE", (Issue("FD", "x"), Issue("BV", "x")), ReceiptKind.STOPPED),
    ],
)
def test_each_status_of_a_message_has_its_kind(code: str, issues: tuple[Issue, ...], kind: ReceiptKind) -> None:
    assert receipt(code, *issues).kind is kind


def test_a_status_tells_our_envelope_the_rules_and_the_places() -> None:
    assert answers.read(STATUS) == Receipt(
        ReceiptKind.STOPPED,
        external_id="b1a5a1d0-5a0e-4c43-9d4e-0d7a7d1f7f10",
        reason="the document breaks a rule (PEPPOL-EN16931-R120) at /Invoice/cac:InvoiceLine[2]; "
        "the document breaks a rule that only warns",
        at="2026-11-03T09:30:00",
    )


def test_words_of_an_issue_are_not_told_but_for_its_rules() -> None:
    said = receipt("RE", Issue("BV", "[BR-CO-10] buyer Anna Andersson 198112189876", "Anna Andersson"))
    assert said.reason == "the document breaks a rule (BR-CO-10)"


def test_many_issues_are_counted_and_not_all_told() -> None:
    said = receipt("RE", *(Issue("BV", f"[BR-{number:02}] x") for number in range(1, 21)))
    assert said.reason.count("breaks a rule") == 5
    assert said.reason.endswith("and 15 more")
