"""Svefaktura 1.0 (SFTI Basic Invoice, on parts of UBL 1.0) as a release of the layer `xsd`."""

from __future__ import annotations

from hub_peppol.judging.rule import Pack
from hub_peppol.judging.structure.judge import structure_of
from hub_peppol.judging.structure.shapes import Schema
from hub_peppol.judging.structure.svefaktura_datatypes import datatype_of

SCHEMA = Schema(
    "Svefaktura 1.0",
    "svefaktura_1_0.txt",
    roots={"sfti:Invoice": "an Invoice"},
    basic="sbc",
    aggregate="sac",
    datatype_of=datatype_of,
)

PACK = Pack("SFTI Basic Invoice", "1.0", contexts=(), rules=(), structure=structure_of(SCHEMA))
