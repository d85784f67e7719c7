"""What the tests of this plugin share: camt documents made of small pieces, and reading them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.model.payment_file import FileEvent
from hub_autopay.reader import CamtReader
from hub_autopay.settings import AutopaySettings

ACCOUNT = "<Acct><Id><Othr><Id>991-2346</Id><SchmeNm><Prtry>BGNR</Prtry></SchmeNm></Othr></Id></Acct>"
NAMES = {"camt.053": ("BkToCstmrStmt", "Stmt"), "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}


class Camt:
    """Builds camt documents as text; every piece has a default that makes a file the reader accepts."""

    def detail(
        self, amount: str = "100.00", inner: str = "", *, ccy: str = "SEK", sign: str = "", own: str = ""
    ) -> str:
        refs = f"<Refs><AcctSvcrRef>{own}</AcctSvcrRef></Refs>" if own else ""
        stated = f'<Amt Ccy="{ccy}">{amount}</Amt>' if amount else ""
        indicator = f"<CdtDbtInd>{sign}</CdtDbtInd>" if sign else ""
        return f"<TxDtls>{refs}{stated}{indicator}{inner}</TxDtls>\n"

    def entry(
        self,
        *details: str,
        amount: str = '<Amt Ccy="SEK">100.00</Amt>',
        sign: str = "<CdtDbtInd>CRDT</CdtDbtInd>",
        status: str = "<Sts><Cd>BOOK</Cd></Sts>",
        dates: str = "<BookgDt><Dt>2026-11-20</Dt></BookgDt>",
        reference: str = "<AcctSvcrRef>E1</AcctSvcrRef>",
        batch: str = "",
        more: str = "",
        last: str = "",
    ) -> str:
        inside = f"<NtryDtls>{batch}{''.join(details)}</NtryDtls>" if details or batch else ""
        return f"<Ntry>{amount}{sign}{more}{status}{dates}{reference}{inside}{last}</Ntry>\n"

    def file(
        self,
        *entries: str,
        message: str = "camt.054",
        version: str = "08",
        account: str = ACCOUNT,
        head: str = "<Id>S1</Id><CreDtTm>2026-11-21T06:00:00</CreDtTm>",
        before: str = "",
        group: str = "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-21T07:00:00</CreDtTm></GrpHdr>",
        namespace: str | None = None,
    ) -> bytes:
        root, section = NAMES[message]
        if namespace is None:
            namespace = f' xmlns="urn:iso:std:iso:20022:tech:xsd:{message}.001.{version}"'
        body = f"<{section}>{head}{account}{before}\n{''.join(entries)}</{section}>"
        return f"<Document{namespace}>\n<{root}>{group}\n{body}</{root}></Document>".encode()


Read = Callable[..., list[FileEvent]]


@pytest.fixture
def camt() -> Camt:
    """Builder of camt documents."""
    return Camt()


@pytest.fixture
def read() -> Read:
    """Read a whole file."""

    def read_file(data: bytes, **settings: object) -> list[FileEvent]:
        return list(CamtReader(AutopaySettings.model_validate(settings)).read(io.BytesIO(data)))

    return read_file


@pytest.fixture
def samples() -> Path:
    """Folder of the plugin's own samples."""
    return Path(__file__).parent / "samples"


@pytest.fixture
def of_many(pytestconfig: pytest.Config) -> Callable[[int], int]:
    """Return how many of so many examples a search tries: a third, and all with `--in-full`."""
    in_full = pytestconfig.getoption("--in-full", default=False)
    return lambda many: many if in_full else many // 3
