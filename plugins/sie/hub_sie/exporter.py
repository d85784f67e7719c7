"""The adapter: SIE files to and from a general ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from hub.model.bookkeeping import LedgerEvent, LedgerFile, LedgerVoucher
from hub_sie import reader, writer
from hub_sie.channel import CHANNEL, name_of
from hub_sie.settings import SieSettings


class SieExporter:
    """Vouchers as SIE 4I; the ledger's own files as SIE 1 to 4E."""

    def __init__(self, settings: SieSettings) -> None:
        self._settings = settings

    @property
    def name(self) -> str:
        """Always `sie`."""
        return "sie"

    @property
    def channel(self) -> str:
        """The plugin's own, where the settings say where files go."""
        return CHANNEL if self._settings.out.is_given else ""

    def why_not(self, voucher: LedgerVoucher) -> str:
        """See `BookkeepingExporter.why_not`."""
        return writer.why_not(voucher)

    def file_name(self, file: LedgerFile) -> str:
        """Return a name such as `rh_1_000017.si`."""
        return name_of(file.company, file.number)

    def write(self, file: LedgerFile, vouchers: Iterable[LedgerVoucher]) -> Iterator[bytes]:
        """See `BookkeepingExporter.write`."""
        return writer.write(file, vouchers)

    def read(self, stream: BinaryIO) -> Iterator[LedgerEvent]:
        """See `BookkeepingExporter.read`."""
        return reader.read(stream, self._settings.encoding)
