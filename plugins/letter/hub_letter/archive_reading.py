"""An archive with an index from outside: its invoices, and the archive again without those that went another way.

What is passed on keeps its bytes: each PDF, each other member, and the index but for the elements that are cut out.
Two vocabularies are known, an English one of 2024 and a Swedish one of 2025.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Mapping
from typing import BinaryIO, NamedTuple

from hub.errors import FormatError
from hub_letter.archive_contents import LIMITS, Limits, blocks_of, opened
from hub_letter.index_reading import FILE_NAME, Element, read_index, without

INDEX = "ArchiveIndex.xml"
_RECIPIENT = re.compile(r"\w+_\w+_to_(\d{10}|\d{12})\.pdf", re.ASCII | re.IGNORECASE)
_NAMES: Mapping[str, tuple[str, ...]] = {
    "number": ("fakturanr", "InvoiceNo"),
    "reference": ("ocrnr", "PaymentReference"),
    "to_pay": ("belopp_att_betala", "TotalAmount"),
    "debtor_number": ("kundid", "CustomerNumber"),
    "invoice_date": ("fakturadatum", "InvoiceDate"),
    "due_date": ("forfallodatum", "DueDate"),
    "debtor_name": ("kund_namn1", "BuyerParty_Name"),
    "second_name": ("kund_namn2", "BuyerParty_CareOf"),
    "street": ("kund_postadress", "BuyerParty_Street"),
    "postal_code": ("kund_postnummer", "BuyerParty_ZipCode"),
    "city": ("kund_postort", "BuyerParty_City"),
    "country": ("kund_land", "BuyerParty_Country"),
    "giro": ("gironr", "PaymentNo"),
    "sha256": ("sha256",),
    "size": ("filstorlek", "FileSize"),
    "pages": ("antal_sidor", "NumberOfPages"),
}
_NO_DIRECT_DEBIT = ("", "00")  # nothing in the Swedish vocabulary, 00 in the English one


class Entry(NamedTuple):
    """One invoice of the index."""

    element: Element

    @property
    def file_name(self) -> str:
        """The PDF's name in the archive."""
        return self.element.fields[FILE_NAME]

    @property
    def recipient_identity(self) -> str:
        """The number in the PDF's name, which may be a personal number; blank when it has none of that form."""
        found = _RECIPIENT.fullmatch(self.file_name)
        return found[1] if found else ""

    @property
    def is_direct_debit(self) -> bool:
        """Whether the money is drawn, so that nobody is to pay."""
        fields = self.element.fields
        return fields.get("autogiro", fields.get("AGF", "")) not in _NO_DIRECT_DEBIT

    def said(self, what: str) -> str:
        """Return one of `number`, `reference`, `to_pay`, …, as text; blank when the index does not say it."""
        return next((text for name in _NAMES[what] if (text := self.element.fields.get(name, ""))), "")


class Archive(NamedTuple):
    """What an archive holds; files that the index does not name are passed on with it."""

    entries: tuple[Entry, ...]
    unlisted: tuple[str, ...]
    index_xml: bytes


def read_archive(source: BinaryIO, limits: Limits = LIMITS) -> Archive:
    """Read an archive's index. Raises FormatError for one that is broken, or names a PDF that is not there."""
    with opened(source, limits) as archive:
        content = b"".join(blocks_of(archive, INDEX))
        if len(content) > limits.largest_index:
            raise FormatError("the archive is refused: its index is too large", code="ARCHIVE_TOO_LARGE")
        members = {name for name in archive.namelist() if name != INDEX}
    entries = tuple(map(Entry, read_index(content)))
    for number, entry in enumerate(entries, 1):
        if entry.file_name not in members:
            raise damaged(number, entry, "its PDF is not in the archive", "ARCHIVE_PDF")
    listed = {entry.file_name for entry in entries}
    return Archive(entries, tuple(sorted(members - listed)), content)


def damaged(number: int, entry: Entry, why: str, code: str) -> FormatError:
    """Return what is to be said of a damaged entry: where it stands, and never its name, which may hold a number."""
    return FormatError(f"the archive is damaged: {why}", code=code, line=entry.element.line, record=f"entry {number}")


def read_pdf(source: BinaryIO, entry: Entry, limits: Limits = LIMITS) -> bytes:
    """Return the PDF of an entry. Raises FormatError."""
    with opened(source, limits) as archive:
        return b"".join(blocks_of(archive, entry.file_name))


def pass_on(
    source: BinaryIO, archive: Archive, gone: Collection[str], target: BinaryIO, limits: Limits = LIMITS
) -> None:
    """Write the archive again without the files that went another way, given by their names.

    Raises:
        ValueError: one of them is not of this archive.
        FormatError: the archive is broken; what was written is no archive.
    """
    names = set(gone)
    if names - {entry.file_name for entry in archive.entries} - set(archive.unlisted):
        raise ValueError("a file that is not of this archive cannot have gone another way")
    index = without(archive.index_xml, [entry.element for entry in archive.entries if entry.file_name in names])
    with opened(source, limits) as before, zipfile.ZipFile(target, "w") as after:
        for member in before.infolist():
            if member.filename == INDEX:
                after.writestr(_like(member), index)
            elif member.filename not in names:
                with after.open(_like(member), "w") as new:
                    new.writelines(blocks_of(before, member.filename))


def _like(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Return a new member with the same name, time and way of packing."""
    new = zipfile.ZipInfo(member.filename, member.date_time)
    new.compress_type = member.compress_type
    new.external_attr = member.external_attr
    new.create_system = member.create_system
    new.file_size = member.file_size
    return new
