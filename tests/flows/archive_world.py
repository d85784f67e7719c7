"""A tenant that hands over archives of printed invoices, and a printer behind a folder that takes what is left."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from delivery_world import DeliveryWorld, StubChannel
from sqlalchemy import Engine

from hub.model.deliveries import ArchivedFileRow
from hub.model.delivery import Reach, Reachable, Recipient
from hub.model.exchanges import Exchange
from hub.services.delivery import receive_archive
from hub.testing.contexts import ContextInMemory
from hub.testing.sample_documents import sample_pdf
from hub_letter import LetterSettings
from hub_letter.incoming_archive import IncomingArchive
from hub_letter.rest_channel import RestChannel
from hub_letter.sandbox import FolderPrintHouse

PEOPLE = ("191212121212", "198507099805", "197010632391", "196408233234")


def file_name(at: int) -> str:
    """The name of an invoice's PDF, with the number of its debtor."""
    return f"Faktura_{1000 + at}_to_{PEOPLE[at]}.pdf"


def entry(at: int, **changed: str) -> str:
    """One element of the index; a field that is changed to nothing is left out."""
    fields = {
        "filename": file_name(at),
        "fakturanr": str(1000 + at),
        "ocrnr": "10017",
        "belopp_att_betala": "125.00",
        "kundid": f"k{at}",
        "fakturadatum": "2026-11-23",
        "forfallodatum": "2026-12-23",
        "kund_namn1": f"Debtor {at}",
        "kund_postadress": "Storgatan 1",
        "kund_postnummer": "111 22",
        "kund_postort": "Stockholm",
        "kund_land": "Sverige",
        "gironr": "991-2346",
        **changed,
    }
    return "".join(["\t<file>", *(f"<{name}>{text}</{name}>" for name, text in fields.items() if text), "</file>\n"])


def archive(*entries: str, files: Mapping[str, bytes] | None = None) -> bytes:
    """An archive of entries, by default of all debtors, each with its PDF."""
    entries = entries or tuple(entry(at) for at in range(len(PEOPLE)))
    index = f'<?xml version="1.0" encoding="iso-8859-1"?>\n<Index>\n{"".join(entries)}</Index>\n'
    target = io.BytesIO()
    members = {"ArchiveIndex.xml": index.encode("latin-1"), **(pdfs() if files is None else files)}
    with zipfile.ZipFile(target, "w") as made:
        for name, content in members.items():
            # Of one time: made again it is the same.
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def pdfs() -> dict[str, bytes]:
    """The PDFs of all debtors, by their names in the archive."""
    return {file_name(at): sample_pdf(str(at)) for at in range(len(PEOPLE))}


class SelectiveChannel(StubChannel):
    """One that reaches some debtors only."""

    def __init__(self, *given: object, people: tuple[str, ...] = (), **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        self.people = people

    def reach(self, recipients: list[Recipient]) -> Mapping[str, Reach]:  # type: ignore[override]
        answers = super().reach(recipients)
        no = Reach(Reachable.NO, holds_for_s=0)
        return {one.key: answers[one.key] if one.identity in self.people else no for one in recipients}


class ArchiveWorld(DeliveryWorld):
    """A tenant whose archives come from elsewhere and whose paper is printed elsewhere."""

    def __init__(self, engine: Engine, house: FolderPrintHouse, *channels: StubChannel) -> None:
        super().__init__(engine, *channels)
        self.house = house
        incoming = IncomingArchive()
        settings = LetterSettings.model_validate(house.settings)
        self.archives = {incoming.name: incoming}
        self.rest_channels = {incoming.channel: RestChannel(settings, ContextInMemory())}

    def hand_over(self, content: bytes, *, works: bool = True) -> Exchange:
        """Hand an archive over and carry everything out."""
        incoming = self.archives["archive_index"]
        exchange = receive_archive(self.store, incoming, "letter", io.BytesIO(content), name="day.zip")
        if works:
            self.work()
        with self.store.read() as work:
            return work.exchanges.get(exchange.number)

    def files(self, archive_no: int = 1) -> list[ArchivedFileRow]:
        with self.store.read() as work:
            return work.archives.files_of(archive_no)

    def printed(self) -> list[str]:
        """The invoices that the printer printed, by its own count."""
        return sorted(one.document for one in self.house.received())

    def passed_on(self) -> list[dict[str, bytes]]:
        """The archives that the printer took, unpacked, in the order of their names."""
        self.house.room.work()
        found = []
        folder = Path(self.house.settings["out"]["folder"]).parent / "taken"
        for taken in sorted(folder.glob("archive-*.zip")):
            with zipfile.ZipFile(taken) as made:
                found.append({name: made.read(name) for name in made.namelist()})
        return found


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FolderPrintHouse]:
    """A printer that works when it is asked."""
    with FolderPrintHouse(tmp_path / "printer", works_by_itself=False) as opened:
        yield opened
