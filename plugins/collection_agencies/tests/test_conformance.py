"""The conformance kit on this plugin: one agency for each layout that is shipped, and Amili's API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from hub.contracts import CollectionAgency
from hub.testing.conformance import CollectionAgencyConformance, Desk, PluginConformance
from hub.testing.contexts import ContextInMemory
from hub_collection_agencies import CollectionAgenciesSettings, Plugin
from hub_collection_agencies.sandbox_rows import told_file

ROWS: list[tuple[object, ...]] = [
    ("Q", "C-1", "A1", "10010007", "O-1", "J", "90001", "", ""),
    ("Q", "C-2", "", "", "O-2", "N", "", "E1", "the debtor; not found"),
    ("T", "C-1", "A1", "", "krav_sent", "2026-11-24", "1000.50", ""),
    ("T", "C-1", "A1", "", "vilande", "", "", ""),
    ("E", "U1", "2026-12-01", "991-2346", "SEK", 2, "1025.50"),
    ("G", "C-1", "A1", "", "1000.50", "12.00", "60.00", "0.00", "0.00", "40.00", "10.00", "1022.50", "2026-11-30"),
    ("G", "", "A2", "", "3.00", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "3.00", ""),
    ("V", "C-1", "A1", "", "PAID_AGENCY", "2026-12-01", ""),
    ("V", "C-2", "", "10010008", "MAKULERAD", "2026-12-01", ""),
    ("N", "C-3", "A3", "", "krav_sent", "500.00"),
]
TOLD_JSON = {
    "file": {"file_no": 1, "made_on": "2026-11-23"},
    "receipts": [{"claim_id": "C-1", "accepted": True, "agency_case_no": "A1"}],
    "statuses": [{"claim_id": "C-1", "stage": "krav_sent", "principal_left": "1000.50"}],
    "settlements": [
        {
            "payout_reference": "U1",
            "row_count": 1,
            "net": 95,
            "rows": [{"claim_id": "C-1", "capital": 100, "commission": "4.00", "vat": "1.00", "net": "95.00"}],
        }
    ],
    "closings": [{"claim_id": "C-1", "code": "PAID_AGENCY"}],
}


class TestPlugin(PluginConformance):
    plugin = Plugin


class _ByFolder(CollectionAgencyConformance):
    __test__ = False
    agency_name = ""

    @pytest.fixture(autouse=True)
    def _places(self, tmp_path: Path) -> None:
        self._place = (tmp_path / str(number) for number in count(1))

    def make_desk(self) -> Desk[CollectionAgency]:
        folder = next(self._place)
        folder.mkdir()
        table = {"incoming": {"folder": str(folder), "settled_after_s": 0}}
        plugin = Plugin(CollectionAgenciesSettings.model_validate({self.agency_name: table}))
        (agency,) = plugin.hub_collection_agencies(ContextInMemory())
        return Desk(agency, lambda name, data: _write(folder / name, data), lambda: sorted(_names(folder)))

    def told_samples(self) -> Mapping[str, bytes]:
        return {"rows": told_file(7, "2026-11-23", ROWS)}


class TestSvea(_ByFolder):
    __test__ = True
    agency_name = "svea"


class TestMarginalen(_ByFolder):
    __test__ = True
    mutations = 20  # it reads as the one before
    agency_name = "marginalen"


class TestInkassoDirekt(_ByFolder):
    __test__ = True
    mutations = 20
    agency_name = "inkassodirekt"


class TestSergel(_ByFolder):
    __test__ = True
    mutations = 20
    agency_name = "sergel"


class TestAmiliFiles(_ByFolder):
    __test__ = True
    agency_name = "amili_files"

    def told_samples(self) -> Mapping[str, bytes]:
        return {"json": json.dumps(TOLD_JSON).encode()}


class TestAmili(CollectionAgencyConformance):
    def make_desk(self) -> Desk[CollectionAgency]:
        plugin = Plugin(CollectionAgenciesSettings.model_validate({"amili": {}}))
        (agency,) = plugin.hub_collection_agencies(ContextInMemory())
        return Desk(agency)

    def told_samples(self) -> Mapping[str, bytes]:
        case = {"_id": "A1", "debt": {"invoice_number": "1"}, "state": "debt_collection", "status": "paused"}
        closed = {**case, "_etag": "2", "closed": True, "total_remaining_capital_amount": 0}
        row = {"invoice_number": "1", "payout_reference": "U1", "booking_date": "Tue, 01 Dec 2026 00:00:00 GMT"}
        rows = [
            {**row, "finance_category": "capital", "amount": 100.0, "vat_amount": 0, "total_amount": 100.0},
            {**row, "finance_category": "commission", "amount": -4, "vat_amount": -1, "total_amount": -5},
        ]
        about = {"resource": "case--registrations", "order_key": "O-1", "claim_id": "C-1", "invoice_no": "1"}
        return {
            "answer": _json({"answer_to": about, "answer": {"_id": "R1", "_cases": ["A1"], "_ocr_numbers": ["9"]}}),
            "cases": _json({"resource": "cases", "pages": [{"_items": [case]}, {"_items": [closed]}]}),
            "payout": _json({"resource": "finance--payout-specifications", "pages": [{"_items": rows}]}),
        }


def _json(said: Any) -> bytes:
    return json.dumps(said).encode()


def _write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def _names(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]
