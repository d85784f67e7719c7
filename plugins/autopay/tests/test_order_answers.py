"""pain.002: what a bank says of a file of payment orders, of its parts, and of single payments."""

from __future__ import annotations

import io

import pytest

from hub.errors import FormatError
from hub.model.payment_orders import AnswerClosed, AnswerOpened, BatchStatus, OrderStatus, PaymentStatus
from hub_autopay import order_answers
from hub_autopay.answer_layout import STATUSES
from plugins.autopay.tests.order_files import (
    ACCEPTED,
    PART_REJECTED,
    PARTLY,
    REJECTED,
    answer,
    assert_valid,
    part,
    payment,
)

FILE = "RH1-261123-17"


def read(data):
    return list(order_answers.read(io.BytesIO(data)))


def test_a_file_that_is_accepted_says_nothing_of_its_payments():
    assert read(ACCEPTED) == [
        AnswerOpened("BANK1", "2026-11-23T05:00:00"),
        BatchStatus(FILE, "", OrderStatus.ACCEPTED),
        AnswerClosed(0),
    ]


def test_each_payment_has_its_status_and_the_banks_reason():
    events = read(PARTLY)

    assert events[1:4] == [
        BatchStatus(FILE, "", OrderStatus.PARTLY),
        PaymentStatus(FILE, "RH1R4713", OrderStatus.REJECTED, "AC01", "Kontot finns inte"),
        PaymentStatus(FILE, "RH1R4714", OrderStatus.ACCEPTED),
    ]
    assert events[4:] == [BatchStatus(FILE, "AC", None), AnswerClosed(2)]


def test_a_whole_file_and_a_part_may_be_rejected():
    assert read(REJECTED)[1] == BatchStatus(FILE, "", OrderStatus.REJECTED, "FF01")
    assert read(PART_REJECTED)[1:3] == [
        BatchStatus(FILE, "", None),
        BatchStatus(FILE, "BG", OrderStatus.REJECTED),
    ]


@pytest.mark.parametrize(("code", "status"), STATUSES.items())
def test_every_status_is_read(code, status):
    assert read(answer("", parts=part("AC", payment("RH1R1", code))))[2].status is status


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (answer("<GrpSts>XXXX</GrpSts>"), "ANSWER_STATUS"),
        (answer("", parts=part("AC", payment("RH1R1", "WHAT"))), "ANSWER_STATUS"),
        (answer("", parts=part("AC", message="OTHER")), "ANSWER_PART"),
        (answer("", parts=part("")), "ANSWER_PART"),
        (answer("", parts=part("AC", "<TxInfAndSts><TxSts>ACCP</TxSts></TxInfAndSts>")), "ANSWER_PAYMENT"),
        (answer("", message=""), "ANSWER_INCOMPLETE"),
        (ACCEPTED.replace(b"<MsgId>BANK1</MsgId>", b""), "ANSWER_HEADER"),
        (ACCEPTED.replace(b"pain.001.001.03", b"pain.008.001.02"), "ANSWER_OTHER"),
        (ACCEPTED.replace(b"pain.002.001.03", b"pain.002.001.02"), "ANSWER_ROOT"),
    ],
)
def test_what_cannot_be_meant_is_refused(data, code):
    with pytest.raises(FormatError) as refused:
        read(data)

    assert refused.value.code == code


def test_the_answers_of_these_tests_are_valid_by_the_schema():
    for data in (ACCEPTED, PARTLY, REJECTED, PART_REJECTED):
        assert_valid(data)
