"""Svefaktura 1.0 (SFTI Basic Invoice): a legacy format that some buyers still agree on, written and read.

It was withdrawn as a recommendation on 2021-04-01; the law asks for EN 16931 unless the parties have agreed on another.

    layout     its elements, in the order of its schema
    saying     the values of an e-invoice in its words, and back
    problems   why a document cannot be one
    writing    `SvefakturaWriter`
    reading    `read_svefaktura`
"""

from hub_peppol.svefaktura.reading import read_svefaktura
from hub_peppol.svefaktura.writing import SvefakturaWriter

__all__ = ["SvefakturaWriter", "read_svefaktura"]
