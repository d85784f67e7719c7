"""Requests to collect as pain.008: by the published schemas, and refused one by one by pain.002."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from hub.contracts import DirectDebitScheme, Recognition
from hub.errors import DataError, FormatError
from hub.formats.xml_layout import Values, collect, compile_fields
from hub.model.direct_debits import (
    Direction,
    PayeeOrder,
    PaymentRequest,
    Recurrence,
    RequestRejected,
    SchemeFile,
    SchemeFileOpened,
)
from hub.model.payment_file import PayeeAccount
from hub.testing.conformance import DirectDebitSchemeConformance
from hub.testing.conformance.direct_debits import ACCOUNT, HEAD, ORDINARY, PAYEE, REQUEST
from hub_autopay.debit_layout import DOCUMENT, namespace_of
from hub_autopay.debit_values import request_of, values_of
from hub_autopay.debits import BankDebits, reason_of
from hub_autopay.orders import BankOrders
from hub_autopay.settings import DirectDebitSettings, PaymentOrderSettings
from plugins.autopay.tests.order_files import answer, assert_valid, part, payment
from plugins.autopay.tests.test_orders import without_blanks

FILE = "DD9912346-261123-17"
ID = "70047118-125050-1008"


def scheme(**terms: str) -> BankDebits:
    usual = {"bank": "any_debits", "creditor_name": "Norrvatten & Co AB", "initiating_id": "5566778899"}
    return BankDebits("bank", DirectDebitSettings.model_validate({**usual, **terms}).terms, "bank_seb")


def written(*requests: PaymentRequest, file: SchemeFile = HEAD, **terms: str) -> bytes:
    return b"".join(scheme(**terms).write(file, [PayeeOrder(PAYEE, one) for one in requests]))


def about(content: bytes) -> bytes:
    return content.replace(b"pain.001.001.03", b"pain.008.001.02")


ONE_REFUSED = about(
    answer(
        "<GrpSts>PART</GrpSts>",
        message=FILE,
        parts=part("261130", payment(ID, "RJCT", "AC04"), payment("70047118-1-1009", "ACSP"), message=FILE),
    )
)
ALL_REFUSED = about(answer("<GrpSts>RJCT</GrpSts>", message=FILE))
TAKEN = about(answer("<GrpSts>ACCP</GrpSts>", message=FILE))


class TestBankDebits(DirectDebitSchemeConformance):
    ordinary, counts_first, mutations = (REQUEST,), True, 60
    version = "02"

    def make_scheme(self) -> DirectDebitScheme:
        return scheme(version=self.version)

    def told_samples(self) -> Mapping[str, bytes]:
        for one in (ONE_REFUSED, ALL_REFUSED, TAKEN):
            assert_valid(one)
        return {"one": ONE_REFUSED, "all": ALL_REFUSED, "none": TAKEN}


class TestBankDebits08(TestBankDebits):
    version = "08"
    mutations = 10


@pytest.mark.parametrize("terms", [{"version": "02"}, {"version": "08"}, {"bank": "nordea", "creditor_id": "123456"}])
def test_what_is_written_holds_by_the_schema_and_says_whose_money_is_collected(terms):
    later = REQUEST._replace(on_date="2026-12-01", amount_ore=7_00, reference="", payer_name="Åsa Öström <&>")
    content = written(REQUEST, later, REQUEST._replace(reference="1016", payer_name=""), **terms)

    assert_valid(content)
    document = etree.fromstring(content)
    names = {"p": etree.QName(document).namespace}
    found = {
        path: [one.text for one in document.iterfind(f".//p:{path}", names)]
        for path in (
            "MsgId",
            "PmtInfId",
            "ReqdColltnDt",
            "SeqTp",
            "MndtId",
            "EndToEndId",
            "Ref",
            "CtrlSum",
            "InstdAmt",
            "MmbId",
        )
    }
    assert found == {
        "MsgId": [FILE],
        "PmtInfId": [f"{FILE}-261130", f"{FILE}-261201"],
        "ReqdColltnDt": ["2026-11-30", "2026-12-01"],
        "SeqTp": ["RCUR", "RCUR"],
        "MndtId": ["70047118"] * 3,
        "EndToEndId": [ID, "70047118-125050-1016", "70047118-700-"],
        "Ref": ["1008", "1016"],
        "CtrlSum": ["2508.00", "2501.00", "7.00"],
        "InstdAmt": ["1250.50", "1250.50", "7.00"],
        "MmbId": ["9150"] * 3,
    }  # fmt: skip
    accounts = document.findall(".//p:CdtrAcct/p:Id/p:Othr/p:Id", names)
    assert {one.text for one in accounts} == {"9912346"}
    assert document.findtext(".//p:DbtrAcct/p:Id/p:Othr/p:Id", namespaces=names) == ACCOUNT[4:]


def test_a_refusal_finds_its_request_by_the_ids_that_we_gave():
    opened, refused, _ = scheme().read(io.BytesIO(ONE_REFUSED))

    assert isinstance(opened, SchemeFileOpened)
    assert opened.payee == PAYEE
    assert isinstance(refused, RequestRejected)
    assert refused.request == PaymentRequest("70047118", 125_050, "", "1008")
    assert (refused.reason.name, refused.reason.english) == ("account_closed", "the account is closed")
    assert reason_of("MD01").name == "no_mandate"  # ends the mandate
    [_, whole, _] = scheme().read(io.BytesIO(ALL_REFUSED))
    assert whole.request.payer_number == ""
    assert [type(one).__name__ for one in scheme().read(io.BytesIO(TAKEN))] == ["SchemeFileOpened", "SchemeFileClosed"]


def test_an_answer_is_read_by_what_sent_the_file():
    orders = BankOrders("bank", PaymentOrderSettings(bank="any").terms)
    refund = answer("<GrpSts>ACCP</GrpSts>")

    assert [one.recognises(TAKEN) for one in (scheme(), orders)] == [Recognition.YES, Recognition.NO]
    assert [one.recognises(refund) for one in (scheme(), orders)] == [Recognition.NO, Recognition.YES]
    with pytest.raises(FormatError, match="nobody here has made"):
        list(scheme().read(io.BytesIO(about(answer("<GrpSts>ACCP</GrpSts>", message="X1")))))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"payer_account": ""}, "the payer's account"),
        ({"reference": "1" * 25}, "longer than the 35"),
        ({"direction": "pay"}, "collects once"),
        ({"recurrence": "monthly"}, "collects once"),
        ({"on_date": ""}, "a day"),
    ],
)
def test_what_has_no_place_is_refused_with_what_to_do(change, why):
    assert why in scheme().why_not(PAYEE, REQUEST._replace(**change))


def test_a_file_is_about_one_payee():
    others = [PayeeOrder(PAYEE, REQUEST), PayeeOrder(PayeeAccount("bankgiro", "50501055"), REQUEST)]
    with pytest.raises(DataError, match="one payee account"):
        list(scheme().write(HEAD, others))
    assert len([one for one in ORDINARY if scheme().why_not(PAYEE, one)]) == len(ORDINARY) - 1


def test_a_peer_reads_the_same_sums():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyiso20022.pain.pain_008_001_02 import Document
        from xsdata.formats.dataclass.parsers import XmlParser

        found = XmlParser().from_bytes(written(REQUEST, REQUEST._replace(amount_ore=7_00)), Document)
    [part_read] = found.cstmr_drct_dbt_initn.pmt_inf
    asked = {one.pmt_id.end_to_end_id: one.instd_amt.value * 100 for one in part_read.drct_dbt_tx_inf}

    assert asked == {ID: 125_050, "70047118-700-1008": 700}
    assert part_read.ctrl_sum * 100 == sum(asked.values())


_REQUESTS = st.lists(
    st.builds(
        PaymentRequest,
        st.integers(1, 10**12).map(str),
        st.integers(1, 10**9),
        st.sampled_from(["2026-11-30", "2026-12-01"]),
        st.text("0123456789", max_size=10),
        payer_account=st.text("123456789", min_size=8, max_size=16),
        payer_name=st.text("abcåäöÅÄÖ/-?:().,'+ 019&é", max_size=80),
        direction=st.just(Direction.COLLECT),
        recurrence=st.just(Recurrence.ONCE),
        times=st.just(0),
    ),
    min_size=1,
    max_size=5,
)


@given(_REQUESTS, st.sampled_from(["02", "08"]))
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read_back_the_same_and_is_valid(requests, version):
    data = written(*requests, version=version)
    values: Values = {}
    collect(etree.fromstring(data), compile_fields(DOCUMENT, f"{{{namespace_of(version)}}}"), values)

    assert_valid(data)
    assert values == without_blanks(values_of(HEAD, PAYEE, requests, scheme(version=version)._terms))
    told = [one["end_to_end_id"] for part_read in values["parts"] for one in part_read["requests"]]
    assert sorted(map(request_of, told)) == sorted(
        PaymentRequest(one.payer_number, one.amount_ore, "", one.reference) for one in requests
    )


@pytest.mark.parametrize("terms", [{"bank": "seb"}, {"bank": "nordea", "version": "08"}, {"bank": "sparbanken"}])
def test_a_bank_that_is_not_known_to_take_it_is_refused(terms):
    with pytest.raises(ValidationError):
        DirectDebitSettings.model_validate({"creditor_name": "X", **terms})
