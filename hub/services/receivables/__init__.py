"""Receivables in: a file of a source system (*försystem*) becomes receivables, entries and references.

`reading` turns bytes into rows of cells, `mapping` makes an `ImportRow` of a row's cells, `resolving` finds what it
names in the settings, `posting` puts a chunk into the books, and `importing` is the whole of it.
"""

from hub.services.receivables.importing import import_receivables
from hub.services.receivables.mapping import target_fields
from hub.services.receivables.posting import ChartMaker
from hub.services.receivables.rejected import rejected_csv, rejected_name

__all__ = ["ChartMaker", "import_receivables", "rejected_csv", "rejected_name", "target_fields"]
