"""`hub inspect` says what stands in pain.001, pain.002 and pain.008, whole or not."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.contracts import FileDescriber, FileDescription
from hub.testing.conformance.payment_orders import BATCH, SEVERAL
from hub.testing.damage import CHANGES, changed
from hub_autopay.describing import PaymentMessages
from hub_autopay.orders import BankOrders
from hub_autopay.settings import PaymentOrderSettings
from plugins.autopay.tests.order_files import PARTLY, REJECTED
from plugins.autopay.tests.test_debits import ALL_REFUSED, ONE_REFUSED, REQUEST, written


def described(data: bytes) -> FileDescription:
    messages = PaymentMessages()
    assert messages.recognises(data[: 64 * 1024])
    return messages.describe(io.BytesIO(data))


def orders(version: str = "03") -> bytes:
    terms = PaymentOrderSettings.model_validate({"bank": "any", "version": version}).terms
    return BankOrders("bank", terms).write(BATCH._replace(orders=SEVERAL))


@pytest.mark.parametrize("version", ["03", "09"])
def test_payment_orders_are_counted_and_summed(version):
    found, total = described(orders(version)), sum(one.amount_ore for one in SEVERAL)

    assert isinstance(PaymentMessages(), FileDescriber)
    assert (found.format, found.direction, found.seal) == (f"pain.001.001.{version}", "to_bank", "none")
    assert found.records == {"GrpHdr": 1, "PmtInf": 3, "CdtTrfTxInf": len(SEVERAL)}
    assert (found.sum_ore, list(found.errors)) == ({"PmtInf": total, "CdtTrfTxInf": total}, [])


def test_requests_to_collect_are_counted_and_summed():
    found = described(written(REQUEST, REQUEST._replace(reference="1016", on_date="2026-12-01")))

    assert (found.format, found.records) == ("pain.008.001.02", {"GrpHdr": 1, "PmtInf": 2, "DrctDbtTxInf": 2})
    assert found.sum_ore["DrctDbtTxInf"] == 2 * REQUEST.amount_ore


@pytest.mark.parametrize(
    ("data", "records"),
    [
        (PARTLY, {"OrgnlPmtInfAndSts": 1, "TxInfAndSts": 2, "TxSts RJCT": 1, "TxSts ACSP": 1}),
        (ONE_REFUSED, {"OrgnlPmtInfAndSts": 1, "TxInfAndSts": 2, "TxSts RJCT": 1, "TxSts ACSP": 1}),
        (REJECTED, {}),
        (ALL_REFUSED, {}),
    ],
)
def test_answers_are_counted_by_what_they_say(data, records):
    found = described(data)

    assert (found.direction, list(found.errors)) == ("from_bank", [])
    assert found.records == {"GrpHdr": 1, "OrgnlGrpInfAndSts": 1, **records}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"<NbOfTxs>4</NbOfTxs>", b"<NbOfTxs>5</NbOfTxs>", "CONTROL_TOTAL"),
        (b"</CdtTrfTxInf>", b"", "NOT_XML"),
        (b'Ccy="SEK">', b'Ccy="SEK">x', "AMOUNT_UNREADABLE"),
    ],
)
def test_what_is_not_true_in_itself_is_told_with_what_can_be_counted(old, new, code):
    content = orders()
    assert old in content
    found = described(content.replace(old, new))

    assert found.format == "pain.001.001.03"
    assert next(one.code for one in found.errors).startswith(code)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.sampled_from([orders(), PARTLY, written(REQUEST)]), CHANGES)
def test_a_changed_file_is_described_all_the_same(data, changes):
    content = changed(data, changes)
    if PaymentMessages().recognises(content):
        assert isinstance(PaymentMessages().describe(io.BytesIO(content)), FileDescription)
