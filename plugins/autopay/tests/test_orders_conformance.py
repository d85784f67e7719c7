"""The conformance kit on payment orders, for every bank's profile and version."""

from __future__ import annotations

from collections.abc import Mapping

from hub.contracts import PaymentOrderWriter
from hub.testing.conformance import PaymentOrderWriterConformance
from hub_autopay.orders import BankOrders
from hub_autopay.settings import PaymentOrderSettings
from plugins.autopay.tests.order_files import ACCEPTED, PART_REJECTED, PARTLY, REJECTED, assert_valid, ordered


class TestBankOrders(PaymentOrderWriterConformance):
    bank, version = "any", "03"

    def make_writer(self) -> PaymentOrderWriter:
        return BankOrders(
            "bank", PaymentOrderSettings.model_validate({"bank": self.bank, "version": self.version}).terms
        )

    def read_again(self, data: bytes) -> Mapping[str, int]:
        assert_valid(data)
        return ordered(data)

    def told_samples(self) -> Mapping[str, bytes]:
        for one in (ACCEPTED, PARTLY, REJECTED, PART_REJECTED):
            assert_valid(one)
        return {"accepted": ACCEPTED, "partly": PARTLY, "rejected": REJECTED, "a part": PART_REJECTED}


class TestSwedbank(TestBankOrders):
    bank, version = "swedbank", "09"
    mutations = 20
