"""All readers of incoming-payments files, on the plugin's settings."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import PaymentFileReader
from hub_bankgiro.autogiro.payments import SpecificationReader
from hub_bankgiro.reader import BgMaxReader
from hub_bankgiro.settings import BankgiroSettings
from hub_bankgiro.total_in.reader import TotalInReader


def readers(settings: BankgiroSettings) -> Sequence[PaymentFileReader]:
    """Return the readers of BgMax, of Autogiro's payment specifications, and of Total IN."""
    kinds = (BgMaxReader, SpecificationReader, TotalInReader)
    return tuple(kind(strict=settings.strict, warnings_per_code=settings.warnings_per_code) for kind in kinds)
