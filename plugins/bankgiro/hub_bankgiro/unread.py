"""Files of Bankgirot that the plugin knows and does not read yet: told by their opening records, never by their names.

Sources: the opening records of Bankgirot's published example files, in the old and the new layout of Autogiro.
"""

from __future__ import annotations

import re

from hub.formats.fixed_width import RECORD_WIDTH
from hub.formats.record_stream import BYTE_ORDER_MARK

MOST_TITLE_LINES = 10  # Bankgirot's examples have titles and blank lines above their records
_SEAL = re.compile(rb"00\d{6}HMAC *$")  # the record that a sealed file begins with
_OPENINGS = (
    (re.compile(rb"01AUTOGIRO {14}\d{8}.{12}(?P<content>.{0,20})"), "Autogiro, new layout"),
    (re.compile(rb"01\d{8}AUTOGIRO9900(?P<content>BEVAKNINGSREG)"), "Autogiro"),  # the same in both layouts
    (re.compile(rb"01\d{8}AUTOGIRO9900(?P<content>.{0,20})"), "Autogiro, old layout"),
    (re.compile(rb"01\d{8}AUTOGIRO {44}\d{6}"), "Autogiro, records to Bankgirot"),
    (re.compile(rb"01\d{8}9900\d{10}(?P<content>AG-MEDAVI)"), "Autogiro, old layout"),
    (re.compile(rb"51\d{8}9900\d{10}(?P<content>AG-EMEDGIV)"), "Autogiro"),
    (re.compile(rb"11.{10}\d{6}LEVERANT"), "supplier payments (Leverantörsbetalningar)"),
    (re.compile(rb"00.{34}TL1TOTALIN"), "Total IN"),
)
_CONTENTS = {
    b"BET. SPEC": "payment specification",
    b"AG-MEDAVI": "mandate advice",
    b"AG-EMEDGIV": "mandates by internet bank",
    b"AVVISADE": "rejected payments",
    b"FELLISTA": "rejected payments",
    b"MAKULERING": "cancellations and changes",
    b"MAK/": "cancellations and changes",
    b"BEVAKNINGSREG": "payment register",
    b"    ": "payment specification",  # of the old layout, whose opening record leaves the content blank
}


def unread_format(head: bytes) -> str:
    """Return what a file that begins with `head` is, such as `Autogiro, new layout, mandate advice`; '' if unknown."""
    for record in _first_records(head):
        for opening, name in _OPENINGS:
            if found := opening.match(record):
                return ", ".join(filter(None, (name, _content(found.groupdict().get("content", b"")))))
    return ""


def _first_records(head: bytes) -> list[bytes]:
    """Return what may be the opening record: the first lines, and in a sealed file without line ends the second record.

    Records without line ends are one long line, whose beginning is enough.
    """
    lines = head.removeprefix(BYTE_ORDER_MARK).splitlines()[:MOST_TITLE_LINES]
    sealed = [line[RECORD_WIDTH:] for line in lines[:1] if _SEAL.match(line[:RECORD_WIDTH])]
    return sealed + lines


def _content(stated: bytes) -> str:
    return next((name for beginning, name in _CONTENTS.items() if stated.startswith(beginning)), "")
