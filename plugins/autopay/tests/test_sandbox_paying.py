"""The bank on this machine pays what it is asked for, refuses what a bank refuses, and tells it in published forms."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.model.payment_file import OtherEntry, Payment, Reversal
from hub.model.payment_orders import BatchStatus, OrderStatus, PaymentStatus
from hub.testing.conformance.payment_orders import BATCH, PLAIN, SEVERAL
from hub_autopay import CamtReader, order_answers
from hub_autopay.orders import BankOrders
from hub_autopay.sandbox import FOR_CUSTOMER, FROM_CUSTOMER
from hub_autopay.sandbox_orders import read_orders
from hub_autopay.sandbox_paying import FAULTS, PayingBank
from hub_autopay.settings import PaymentOrderSettings
from plugins.autopay.tests.order_files import assert_valid

ACCOUNT = "SE4550000000058398257466"
DAY = "2026-11-24"


class Desk:
    """A bank and its customer's folders."""

    def __init__(self, folder: Path, bank: str = "any") -> None:
        self.for_customer, self.from_customer = folder / FOR_CUSTOMER, folder / FROM_CUSTOMER
        self.for_customer.mkdir(exist_ok=True)
        self.from_customer.mkdir(exist_ok=True)
        self.bank = PayingBank(self.for_customer, self.from_customer, ACCOUNT)
        self.writer = BankOrders("bank", PaymentOrderSettings.model_validate({"bank": bank}).terms)

    def hand_over(self, batch: Any = BATCH, name: str = "file.xml") -> None:
        (self.from_customer / name).write_bytes(self.writer.write(batch))

    def files(self, kind: str) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.for_customer.glob(f"*_{kind}.xml"))]

    def said(self) -> list[Any]:
        return [one for content in self.files("answer") for one in order_answers.read(io.BytesIO(content))]

    def entries(self, kind: str) -> list[Any]:
        found = [one for content in self.files(kind) for one in CamtReader().read(io.BytesIO(content))]
        return [one for one in found if isinstance(one, OtherEntry | Payment | Reversal)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    for content in made.files("answer"):
        assert_valid(content)


@pytest.mark.parametrize("bank", ["any", "seb", "swedbank"])
@pytest.mark.parametrize("version", ["03", "09"])
def test_the_bank_reads_by_itself_what_we_order(tmp_path, bank, version):
    writer = BankOrders("bank", PaymentOrderSettings.model_validate({"bank": bank, "version": version}).terms)
    file = read_orders(writer.write(BATCH))

    assert (file.message_id, file.wrong) == (BATCH.message_id, "")
    assert sorted((one.end_to_end_id, one.ore, one.wrong) for one in file.orders) == sorted(
        (one.end_to_end_id, one.amount_ore, "") for one in SEVERAL
    )
    payees = {one.end_to_end_id: one.payee for one in file.orders}
    assert payees["RH1R4711"] == "9900:9912346"
    assert payees["RH1R4713"] == "9150:1234567"
    assert payees["RH1R4714"] == "SE3550000000054910000003"


def test_every_payment_leaves_the_account_once_and_is_told_twice(desk):
    desk.hand_over()
    desk.bank.work(DAY)
    desk.bank.work("2026-11-25")

    assert desk.bank.balance_ore == -BATCH.total_ore
    assert next(one for one in desk.said() if isinstance(one, BatchStatus)).status is OrderStatus.ACCEPTED
    for kind in ("notice", "statement"):
        told = {one.references[0]: -one.amount_ore for one in desk.entries(kind)}
        assert told == {one.end_to_end_id: one.amount_ore for one in SEVERAL}


def test_the_same_message_id_again_is_refused(desk):
    desk.hand_over()
    desk.bank.work(DAY)
    desk.hand_over(BATCH._replace(orders=(PLAIN,)), name="again.xml")
    desk.bank.work(DAY)

    assert len(desk.bank.paid) == len(SEVERAL)
    assert [one.code for one in desk.said() if isinstance(one, BatchStatus) and not one.part] == ["", "DU01"]


def test_a_refused_payment_is_named_and_the_others_are_paid(desk):
    desk.bank.order("reject_payment")
    desk.hand_over()
    desk.bank.work(DAY)
    refused = [one for one in desk.said() if isinstance(one, PaymentStatus)]

    assert [(one.status, one.code) for one in refused] == [(OrderStatus.REJECTED, "AC01")]
    assert len(desk.bank.paid) == len(SEVERAL) - 1


def test_a_refused_file_pays_nothing(desk):
    desk.bank.order("reject_file")
    desk.hand_over()
    desk.bank.work(DAY)

    assert (desk.bank.paid, desk.files("statement")) == ([], [])


def test_a_file_booked_as_one_sum_names_its_parts(desk):
    desk.bank.order("one_sum")
    desk.hand_over()
    desk.bank.work(DAY)
    sums: dict[str, int] = {}
    for one in SEVERAL:
        part = f"{BATCH.message_id}-{desk.writer.part_of(one)}"
        sums[part] = sums.get(part, 0) + one.amount_ore

    assert {one.references[0]: -one.amount_ore for one in desk.entries("statement")} == sums


@pytest.mark.parametrize(("fault", "kind"), [("come_back", Payment), ("reverse", Reversal)])
def test_a_payment_may_come_back_the_next_day(desk, fault, kind):
    desk.bank.order(fault)
    desk.hand_over(BATCH._replace(orders=(PLAIN,)))
    desk.bank.work(DAY)
    desk.bank.work("2026-11-25")
    [back] = [one for one in desk.entries("notice") if isinstance(one, kind)]

    assert (back.amount_ore, desk.bank.balance_ore) == (PLAIN.amount_ore, 0)
    assert ("end_to_end_id", PLAIN.end_to_end_id) in back.keys


def test_a_whole_file_may_come_back_as_one_sum_that_names_its_part(desk):
    desk.bank.order("return_file")
    desk.hand_over(BATCH._replace(orders=(PLAIN,)))
    desk.bank.work(DAY)
    desk.bank.work("2026-11-25")
    [back] = [one for one in desk.entries("statement") if isinstance(one, Reversal)]

    part = f"{BATCH.message_id}-{desk.writer.part_of(PLAIN)}"
    assert (back.reference, back.amount_ore, desk.bank.balance_ore) == (part, PLAIN.amount_ore, 0)


def test_what_it_knows_outlives_it(desk):
    desk.hand_over()
    desk.bank.work(DAY)
    again = PayingBank(desk.for_customer, desk.from_customer, ACCOUNT)
    again.work("2026-11-25")

    assert (again.balance_ore, len(again.paid)) == (-BATCH.total_ore, len(SEVERAL))
    assert json.loads((desk.from_customer.parent / "paying.json").read_text())["known"] == [BATCH.message_id]


def test_a_fault_that_it_has_not_is_refused(desk):
    for fault in FAULTS:
        desk.bank.order(fault)
    with pytest.raises(ValueError, match="no such fault"):
        desk.bank.order("earthquake")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((b"<NbOfTxs>4</NbOfTxs>", b"<NbOfTxs>5</NbOfTxs>"), "AM18"),
        ((b"<CtrlSum>", b"<CtrlSum>9"), "AM10"),
        ((b"RH1R4712</EndToEndId>", b"RH1R4711</EndToEndId>"), "AM05"),
        ((b"</Document>", b""), "FF01"),
        ((b"GrpHdr", b"Header"), "FF01"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(desk, change, code):
    content = desk.writer.write(BATCH)
    assert change[0] in content

    assert read_orders(content.replace(*change)).wrong == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((b"<Nm>", b"<Nm>\xc3\xa9"), "RR04"),
        ((b'Ccy="SEK">0.01', b'Ccy="EUR">0.01'), "AM03"),
        ((b"<Id>1234567</Id>", b"<Id></Id>"), "AC01"),
    ],
)
def test_a_payment_that_no_bank_makes_is_refused(desk, change, code):
    content = desk.writer.write(BATCH)
    assert change[0] in content

    assert code in {one.wrong for one in read_orders(content.replace(*change)).orders}


def test_a_peer_reads_its_notices_and_statements(desk):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyiso20022.camt import camt_053_001_08, camt_054_001_08
        from xsdata.formats.dataclass.parsers import XmlParser

        desk.hand_over()
        desk.bank.work(DAY)
        notice = XmlParser().from_bytes(desk.files("notice")[0], camt_054_001_08.Document)
        statement = XmlParser().from_bytes(desk.files("statement")[0], camt_053_001_08.Document)
    of_notice = notice.bk_to_cstmr_dbt_cdt_ntfctn.ntfctn[0].ntry
    of_statement = statement.bk_to_cstmr_stmt.stmt[0].ntry

    assert sum(one.amt.value for one in of_notice) * 100 == BATCH.total_ore
    assert sum(one.amt.value for one in of_statement) * 100 == BATCH.total_ore
