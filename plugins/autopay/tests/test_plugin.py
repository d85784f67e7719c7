"""The plugin's card and offer."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from hub.contracts import CONTRACT_VERSION, PaymentFileReader
from hub_autopay import AutopaySettings, Plugin
from hub_autopay.mapping import BOOKED_STATUSES


def test_manifest_tells_formats_and_booked_statuses() -> None:
    manifest = Plugin.manifest

    assert (manifest.name, manifest.contract) == ("autopay", CONTRACT_VERSION)
    assert {"camt.053.001.02", "camt.054.001.13"} <= set(manifest.formats)
    assert set(manifest.booked_statuses) == BOOKED_STATUSES == {"BOOK", "PAID"}
    assert manifest.unverified


def test_offer_is_one_reader() -> None:
    (reader,) = Plugin(AutopaySettings()).hub_payment_file_readers()

    assert isinstance(reader, PaymentFileReader)
    assert reader.name == "camt"


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(ValidationError):
        AutopaySettings.model_validate({"refuse_partial": True})
