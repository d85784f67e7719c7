"""UBL 2.1 (OASIS, November 2013) as a release of the layer `xsd`."""

from __future__ import annotations

from hub_peppol.judging.rule import Pack
from hub_peppol.judging.structure.datatypes import datatype_of
from hub_peppol.judging.structure.judge import structure_of
from hub_peppol.judging.structure.shapes import Schema

SCHEMA = Schema(
    "UBL 2.1",
    "ubl_2_1.txt",
    roots={
        "ubl:Invoice": "an Invoice",
        "cn:CreditNote": "a CreditNote",
        "ar:ApplicationResponse": "an ApplicationResponse",
    },
    basic="cbc",
    aggregate="cac",
    datatype_of=datatype_of,
)

PACK = Pack("UBL", "2.1", contexts=(), rules=(), structure=structure_of(SCHEMA))
