"""The stated count and total of one group of transaction details (`NtryDtls/Btch`)."""

from __future__ import annotations

from hub.errors import ControlTotalMismatch
from hub.formats.xml_layout import Amount, Values
from hub_autopay.mapping import DETAIL_AMOUNTS
from hub_autopay.scalars import count, money, ore

RECORD = "Btch"


class Batch:
    """Counts the details of one group and compares them with what the group states.

    A group without details states what the bank does not show; it is not compared.
    """

    def __init__(self) -> None:
        self._line = 0
        self._count: int | None = None
        self._total_ore = 0
        self._currency = ""  # empty: the total is not compared
        self._details = 0
        self._sum_ore = 0

    def state(self, values: Values, line: int) -> None:
        """Take the stated figures. A total that comes after the details is not compared: they are gone."""
        self._line = line
        self._count = count(values.get("count", ""), line=line, record=RECORD, field="NbOfTxs")
        if "total" in values and not self._details:
            self._total_ore, self._currency = money(values["total"], line=line, record=RECORD, field="TtlAmt")

    def add(self, detail: Values, line: int) -> None:
        """Count one detail."""
        self._details += 1
        if self._currency:
            self._add_amount(detail, line)

    def check(self) -> None:
        """Raise ControlTotalMismatch when the figures differ."""
        if not self._details:
            return
        if self._count is not None and self._count != self._details:
            raise self._differs("the batch's count of details differs", "NbOfTxs", self._count, self._details)
        if self._currency and abs(self._sum_ore) != self._total_ore:
            raise self._differs("the batch's total differs", "TtlAmt", self._total_ore, abs(self._sum_ore))

    def _add_amount(self, detail: Values, line: int) -> None:
        for name in DETAIL_AMOUNTS:
            stated: Amount | None = detail.get(name)
            if stated is not None and stated.currency == self._currency:
                amount = ore(stated.text, line=line, record="TxDtls")
                self._sum_ore += -amount if detail.get("indicator") == "DBIT" else amount
                return
        self._currency = ""  # a sum that lacks a detail says nothing

    def _differs(self, what: str, field: str, stated: int, computed: int) -> ControlTotalMismatch:
        message = f"{what}; ask the bank for a corrected file"
        return ControlTotalMismatch(
            message, stated=stated, computed=computed, line=self._line, record=RECORD, field=field
        )
