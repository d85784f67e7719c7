"""Whether a PDF is one that every channel takes and every reader opens, with nothing of it seen to be missing."""

from __future__ import annotations

import re
from itertools import islice

from hub.rules.delivery.pdf_streams import outside_of_streams

NO_WHOLE = "is no whole PDF, its begin, its end or its list of objects is missing or damaged: give all of it"
BEHIND = "has something before %PDF-, which not every channel takes: give it without what stands before"
MANGLED = (
    "is damaged: what is drawn in it has another length than it says, as after a transfer as text: give it as made"
)
LOCKED = "is locked (encrypted), so that not everybody can open it: save it without password and restrictions"
WITHIN = 1024  # bytes; ISO 32000-2, 7.5.2: readers look for the begin in so many
SLIP = 256  # bytes that a pointer may be too far; what gets lost of a file is a block of 512 or more
MOST_ENTRIES_OFF = 12  # some writers count wrongly by one; of a block of 512 bytes it is 25
MOST_TABLES = 9  # behind the pointer: one, and two of a file made for the web; more are of attachments
_BEGINS, _ENDS, _POINTS = b"%PDF-", b"%%EOF", b"startxref"
_POINTER = re.compile(rb"startxref[\0\t\n\f\r ]{0,9}([0-9]{1,10})")
_OBJECT = re.compile(rb"[0-9][\0\t\n\f\r ]{1,9}[0-9]{1,5}[\0\t\n\f\r ]{1,9}obj")
_ANOTHER = re.compile(rb"%%EOF[\0\t\n\f\r ]{0,99}%PDF-")
_REFERENCES = re.compile(rb"xref[\0\t\n\f\r ]{1,9}[0-9]{1,10}[\0\t\n\f\r ]{1,9}[0-9]|/Type[\0\t\n\f\r ]{0,9}/XRef")
_TABLE = re.compile(rb"xref[\0\t\n\f\r ]{1,9}([0-9][0-9nf\0\t\n\f\r ]*)")
_ENTRY = re.compile(rb"(?<![0-9])[0-9]{1,10}[\0\t\n\f\r ]{1,9}[0-9]{1,5}[\0\t\n\f\r ]{1,9}[nf]")
_ROOT = re.compile(rb"/Root[\0\t\n\f\r ]{0,9}([0-9]{1,10})[\0\t\n\f\r ]{1,9}([0-9]{1,5})[\0\t\n\f\r ]{1,9}R")
_PAGE = re.compile(rb"/Type[\0\t\n\f\r ]{0,9}/(?:Page(?![A-Za-z])|ObjStm)")
_LOCK = re.compile(
    rb"/Encrypt(?:[\0\t\n\f\r ]{1,9}[0-9]{1,10}[\0\t\n\f\r ]{1,9}[0-9]{1,5}[\0\t\n\f\r ]{1,9}R|[\0\t\n\f\r ]{0,9}<<)"
)
_PACKED = re.compile(rb"/Type[\0\t\n\f\r ]{0,9}/ObjStm")


def fault_of_pdf(content: bytes) -> str:
    """Say what is wrong with a PDF, as `is damaged: …` with what to do; blank where nothing is seen to be.

    It begins at the first byte, as Kivra wants it, though readers look for that in the first 1,024. It is no encrypted
    one (7.6), be it by a blank password, which readers open and printers may not print.
    """
    begin = content.find(_BEGINS, 0, WITHIN)
    if begin > 0:
        return BEHIND
    if begin < 0 or not _is_whole(content):
        return NO_WHOLE
    outside = outside_of_streams(content)
    if outside is None:
        return MANGLED
    return LOCKED if _LOCK.search(outside) else ""


def _is_whole(content: bytes) -> bool:
    """Say whether a PDF has its end, its cross-references, its root and a page (ISO 32000-2, 7.5).

    The last `startxref` with a `%%EOF` behind it is the end, as each update writes them anew. An object behind it is
    of an update, or of a file made for the web, that was cut; and a PDF that begins behind an end hides the one
    before it. What else follows is passed over, as readers do.

    Where the pointer at the end is off, readers look for the cross-references themselves. So these may stand anywhere
    behind the place that it names, yet only a little before it (a writer counted wrongly): where more is gone, so are
    objects.

    A table of cross-references has as many entries as its heads say, but for a few. A stream of them is not unpacked.

    Root and page must be there, in the open or in packed objects; what is drawn on the pages is not looked at.
    """
    end = content.rfind(_POINTS, 0, max(content.rfind(_ENDS), 0))
    pointer = _POINTER.match(content, end) if end >= 0 else None
    if pointer is None or _OBJECT.search(content, end) or _ANOTHER.search(content):
        return False
    near = max(int(pointer[1]) - SLIP, 0)
    root = _ROOT.search(content, near)
    if root is None or not _REFERENCES.search(content, near) or _is_torn(content, near):
        return False
    return bool(_has(content, *root.groups()) and _PAGE.search(content))


def _is_torn(content: bytes, near: int) -> bool:
    """Say whether a table has not the entries that its heads say: a head is `first count`, one `place number n`."""
    for table in islice(_TABLE.finditer(content, near), MOST_TABLES):
        heads, entries = _ENTRY.subn(b"", table[1])
        stated = sum(int(count[:10]) for count in heads.split()[1::2] if count.isdigit())
        if abs(stated - entries) > MOST_ENTRIES_OFF:
            return True
    return False


def _has(content: bytes, number: bytes, generation: bytes) -> bool:
    """Say whether an object is in the file; its number is looked for first, as 20 MB take a third of a second else."""
    written = rb"%s(?<![0-9]%s)[\0\t\n\f\r ]{1,9}%s[\0\t\n\f\r ]{1,9}obj" % (number, number, generation)
    return bool(re.search(written, content) or _PACKED.search(content))
