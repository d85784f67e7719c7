"""The running totals of one section, and the deposit they must agree with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.errors import ControlTotalMismatch, FormatError


@dataclass(slots=True)
class Section:
    """What has been read since record 05 (*öppningspost*)."""

    line: int
    currency: str
    payments: int = 0
    deductions: int = 0
    credit_ore: int = 0
    debit_ore: int = 0
    without_amount: int = 0  # of the payments and deductions: told as other entries

    @property
    def count(self) -> int:
        return self.payments + self.deductions

    @property
    def net_ore(self) -> int:
        return self.credit_ore - self.debit_ore

    def check(self, deposit: dict[str, Any], line: int) -> None:
        """Compare with record 15 (*insättningspost*).

        Raises:
            FormatError: the section is empty, or its currency differs.
            ControlTotalMismatch: count or amount differs.
        """
        if not self.count:
            raise FormatError("the section holds no payment", code="SECTION_EMPTY", line=line, record="15")
        if deposit["currency"] != self.currency:
            raise FormatError(
                "the currency differs from the one the section opened with",
                code="CURRENCY_DIFFERS",
                line=line,
                record="15",
                field="currency",
                value=deposit["currency"],
            )
        for field, computed in (("count", self.count), ("amount", self.net_ore)):
            if deposit[field] != computed:
                raise ControlTotalMismatch(
                    f"the {field} of the deposit does not agree with its payments",
                    stated=deposit[field],
                    computed=computed,
                    line=line,
                    record="15",
                    field=field,
                )
