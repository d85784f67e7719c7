"""The releases of the rules: which layer, for which documents, from when to when, and where the pack is.

Packs are loaded on first use. To add a release: write its pack from the tuples that it shares with the one before, give
the old row its last day and add a row. Until a day is asked for, the newest release in force today counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import import_module
from typing import NamedTuple

from hub.errors import ConfigurationError
from hub_peppol.judging.rule import Pack
from hub_peppol.judging.specification import INVOICE_RESPONSE, MESSAGE_LEVEL_RESPONSE, MESSAGE_LEVEL_STATUS

BILLING = frozenset({"ubl:Invoice", "cn:CreditNote"})
ANSWER = frozenset({"ar:ApplicationResponse"})
DOCUMENTS = BILLING | ANSWER
SVEFAKTURA = frozenset({"sfti:Invoice"})


class Release(NamedTuple):
    """One release of one layer's rules; `module` has the pack under `PACK`."""

    layer: str
    version: str
    module: str
    valid_from: date
    valid_to: date | None = None  # the last day; None while no end is known
    roots: frozenset[str] = BILLING
    customization: str = ""  # what the document's CustomizationID must hold; empty for any

    @property
    def pack(self) -> Pack:
        """The rules themselves."""
        return _load(self.module)

    def is_in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


RELEASES: tuple[Release, ...] = (
    Release("xsd", "2.1", "hub_peppol.judging.structure.release_2_1", date(2013, 11, 4), roots=DOCUMENTS),
    Release("en16931", "1.3.16", "hub_peppol.judging.en16931.release_1_3_16", date(2026, 4, 10)),
    Release("peppol", "3.0.20", "hub_peppol.judging.billing.release_3_0_20", date(2026, 2, 23), date(2026, 8, 16)),
    Release("peppol", "3.0.21", "hub_peppol.judging.billing.release_3_0_21", date(2026, 8, 17)),
    *(
        # The first releases known here of the rules of answers, which judge what was written before them too.
        Release("peppol", version, f"hub_peppol.judging.post_award.{module}", date.min, None, ANSWER, specification)
        for version, module, specification in (
            ("2026.5", "invoice_response", INVOICE_RESPONSE),
            ("2026.5", "mlr", MESSAGE_LEVEL_RESPONSE),
            ("1.0.1", "mls", MESSAGE_LEVEL_STATUS),
        )
    ),
    Release("xsd", "1.0", "hub_peppol.judging.structure.svefaktura_1_0", date.min, None, SVEFAKTURA),
    Release("peppol", "1.0", "hub_peppol.judging.svefaktura", date.min, None, SVEFAKTURA),
)


def releases_for(
    layer: str, root: str, customization: str, *, on: date, versions: Iterable[str] = ()
) -> tuple[Release, ...]:
    """Return the releases of a layer that judge a document: those named, else those in force on a day.

    A document whose root is none that any release knows (a part of an invoice) is judged as an invoice.

    Raises:
        ConfigurationError: no release of the layer is in force on that day.
    """
    of_layer = [release for release in RELEASES if release.layer == layer]
    known = frozenset[str]().union(*(release.roots for release in RELEASES))
    kind = root if root in known else "ubl:Invoice"
    fitting = [one for one in of_layer if kind in one.roots and one.customization in customization]
    named = [one for one in fitting if one.version in set(versions)]
    chosen = named or [one for one in fitting if one.is_in_force(on)]
    if fitting and not chosen:
        raise ConfigurationError(
            f"no release of the {layer} rules is in force on {on}",
            hint=f"the first that is known is in force from {min(one.valid_from for one in fitting)}",
        )
    newest = max((one.valid_from for one in chosen), default=None)
    return tuple(one for one in chosen if one.valid_from == newest)


@cache
def _load(module: str) -> Pack:
    pack = import_module(module).PACK
    assert isinstance(pack, Pack)
    return pack
