"""Layouts as data: a TOML document of records and fields, checked when loaded, that writes files and reads them.

An integrator types in the other side's own specification; docs/declared-layouts.md says how. A plugin says what its
messages may hold (a `Vocabulary`), and gives and gets messages as nested mappings.
"""

from hub.formats.declared.assembling import Item
from hub.formats.declared.disassembling import Message
from hub.formats.declared.file import DeclaredFile, Written
from hub.formats.declared.layout import UNVERIFIED, Layout, load_layout
from hub.formats.declared.lettering import Loss
from hub.formats.declared.vocabulary import Group, Kind, Vocabulary, Word, amount, day, flag, number, text

__all__ = [
    "UNVERIFIED",
    "DeclaredFile",
    "Group",
    "Item",
    "Kind",
    "Layout",
    "Loss",
    "Message",
    "Vocabulary",
    "Word",
    "Written",
    "amount",
    "day",
    "flag",
    "load_layout",
    "number",
    "text",
]
