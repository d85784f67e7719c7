"""What `hub validate` asks: the native judge behind the core's contract, and how the official rules differ from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hub.banking_calendar import SystemClock
from hub.contracts import Difference, Finding, Judgement, Severity
from hub.errors import ConfigurationError, FormatError
from hub.formats.xml_stream import probe
from hub_peppol.judging.engine import LAYERS, Report, releases_of, validate
from hub_peppol.judging.reading import root_of
from hub_peppol.judging.releases import BILLING, SVEFAKTURA
from hub_peppol.judging.table import prefixed

FORMATS = {
    "ubl:Invoice": "UBL 2.1 invoice",
    "cn:CreditNote": "UBL 2.1 credit note",
    "ar:ApplicationResponse": "UBL 2.1 application response",
    "sfti:Invoice": "Svefaktura 1.0",
}
"""What is judged, by root."""

ENVELOPE = "{http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader}StandardBusinessDocument"
"""The root of what documents are sent in."""

XSD = "XSD"
"""The id under which a document's fitness by the schema is compared: the schema's own errors have no ids."""


class PeppolInspector:
    """Judges invoices and credit notes by UBL 2.1, EN 16931 and Peppol BIS Billing 3, and the answers to them."""

    name = "Peppol, UBL 2.1 and Svefaktura 1.0"

    def recognises(self, head: bytes) -> bool:
        """Say by its root whether a document is one of ours."""
        try:
            tag = probe(head).tag
        except FormatError:
            return False
        return tag == ENVELOPE or prefixed(tag) in FORMATS

    def judge(self, content: bytes, *, official: Path | None = None, layers: Sequence[str] = ()) -> Judgement:
        """Judge a document by the rules in force today. Errors as `DocumentInspector.judge`."""
        _refuse_unknown(layers)
        root = root_of(content)
        _refuse_envelope(root)
        day = SystemClock().today()
        report = validate(root, tuple(layers) or LAYERS, on=day)
        compared = None if official is None else _compared(root, report, official)
        return Judgement(
            format=FORMATS.get(prefixed(root.tag), "XML"),
            layers=report.layers,
            findings=[Finding(one.rule, Severity(one.severity), one.location, one.message) for one in report.findings],
            rules=report.rules,
            differences=compared and compared.differences,
            not_compared=compared.stopped if compared else "",
        )


def _refuse_unknown(layers: Sequence[str]) -> None:
    if unknown := set(layers) - set(LAYERS):
        raise ConfigurationError(f"there is no layer {min(unknown)!r}", hint=f"give some of {', '.join(LAYERS)}")


def _refuse_envelope(root: Any) -> None:
    if root.tag == ENVELOPE:
        raise FormatError("an envelope, whose rules are others: take the document out of its envelope", code="ENVELOPE")


class Compared(NamedTuple):
    """What the official rules say otherwise than we do, and where they stopped: then only the schema is compared."""

    differences: list[Difference]
    stopped: str


def _sets(root: Any, report: Report) -> list[str]:
    """Name the sets of official rules to ask: for invoices by layer, for all else by what it is."""
    chosen = releases_of(root, report.layers, on=SystemClock().today())
    is_invoice = prefixed(root.tag) in BILLING
    return [one.layer if is_invoice else one.module.rpartition(".")[2] for one in chosen if one.layer != "xsd"]


def _compared(root: Any, report: Report, official: Path) -> Compared:
    from hub_peppol.judging.referee import Referee, differences  # only who asks for it needs what it needs

    referee = Referee(official)
    found: list[Difference] = []
    of_schema = [one for one in report.findings if one.rule.startswith(XSD)]
    if "xsd" in report.layers and prefixed(root.tag) in BILLING | SVEFAKTURA:
        found += _schema_difference(is_ours=bool(of_schema), is_theirs=not referee.is_valid(root))
    pairs = [(rules, referee.judge(rules, root)) for rules in _sets(root, report)]
    stopped = [f"{rules}: {one.gave_up}" for rules, one in pairs if one.gave_up]
    if not stopped:
        ours = [one.rule for one in report.findings if one not in of_schema]
        theirs = [firing.rule for _, verdict in pairs for firing in verdict.firings]
        found += [Difference(*one) for one in differences(ours, theirs)]
    elif report.is_fit:
        found += [Difference(what, 0, 1) for what in stopped]
    return Compared(found, "; ".join(stopped))


def _schema_difference(*, is_ours: bool, is_theirs: bool) -> list[Difference]:
    return [Difference(XSD, int(is_ours), int(is_theirs))] if is_ours != is_theirs else []
