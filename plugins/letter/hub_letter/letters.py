"""What becomes of one document: a letter with all that is printed, or the reason why it is none."""

from __future__ import annotations

from typing import NamedTuple

from hub.model.countries import HOME
from hub.model.delivery import Outgoing, Unfit
from hub.model.documents import Attachment
from hub.rules.delivery.whole_pdf import fault_of_pdf
from hub_letter.address import address_problems
from hub_letter.pdf_pages import page_count
from hub_letter.settings import HandOver, LetterSettings

PDF = "application/pdf"
OVERHEAD = 8 * 1024  # more than a letter's line or element, and its places in a zip file's lists
_MEND = "mend it at the debtor, in a new version of the document"


class Letter(NamedTuple):
    """One letter; `attachments` are printed behind it."""

    outgoing: Outgoing
    pages: int | None
    attachments: tuple[Attachment, ...]

    @property
    def size(self) -> int:
        """How many bytes it takes of a batch, at most."""
        attached = sum(len(attachment.content) + OVERHEAD for attachment in self.attachments)
        return len(self.outgoing.pdf) + attached + OVERHEAD


def letter_of(outgoing: Outgoing, settings: LetterSettings) -> Letter | Unfit:
    """Return the letter of a document."""
    debtor = outgoing.document.debtor
    if debtor.is_protected:
        return Unfit(outgoing.delivery_id, "the identity is protected: a person sees to how it goes out", True)
    if fault := fault_of_pdf(outgoing.pdf):
        return Unfit(outgoing.delivery_id, f"the document {fault}", True)
    reason = _not_addressed(outgoing, settings) or _attached_wrongly(outgoing, settings)
    if reason:
        return Unfit(outgoing.delivery_id, reason)
    letter = Letter(outgoing, _pages(outgoing), outgoing.document.attachments)
    if letter.size > settings.largest - OVERHEAD:
        return Unfit(outgoing.delivery_id, f"the letter is larger than {settings.largest_mb} MB: see largest_mb")
    return letter


def _not_addressed(outgoing: Outgoing, settings: LetterSettings) -> str:
    debtor = outgoing.document.debtor
    if debtor.address.country != HOME and not settings.abroad:
        return "the address is abroad, and letters abroad are switched off: see abroad"
    problems = address_problems(debtor)
    return f"{'; '.join(problems)}: {_MEND}" if problems else ""


def _attached_wrongly(outgoing: Outgoing, settings: LetterSettings) -> str:
    attachments = outgoing.document.attachments
    if attachments and settings.format is HandOver.ARCHIVE_INDEX:
        return "an archive with an index has no place for attachments: use the format manifest"
    for at, attachment in enumerate(attachments, 1):
        if attachment.content_type != PDF:
            return f"attachment {at} is no PDF and cannot be printed: attach it as PDF"
        if fault := fault_of_pdf(attachment.content):
            return f"attachment {at} {fault}"
    return ""


def _pages(outgoing: Outgoing) -> int | None:
    """Return the pages of the letter and its attachments, None when any cannot be told."""
    contents = (outgoing.pdf, *(attachment.content for attachment in outgoing.document.attachments))
    counted = [page_count(content) for content in contents]
    return None if None in counted else sum(pages for pages in counted if pages)
