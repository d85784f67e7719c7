"""The official rules as referee: what their owners' own stylesheets find in a document, to hold ours against.

The folder is given by the caller, who has taken the files from their owners; nothing is shipped and nothing fetched. It
is looked through with its subfolders for the files of `OFFICIAL_FILES` and the schemas of `SCHEMAS`, as they lie in the
releases of OpenPeppol, ConnectingEurope (EN 16931) and OASIS (UBL 2.1, with the folder `common` beside `maindoc`). Only
what a document needs must be there. `saxonche` runs them (`pip install "reskontra-hub-peppol[validate]"`).
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from lxml import etree

from hub.errors import ConfigurationError
from hub_peppol.judging.reading import root_of
from hub_peppol.judging.table import prefixed

OFFICIAL_FILES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en16931": ("CEN-EN16931-UBL.xslt", "EN16931-UBL-validation.xslt"),
        "peppol": ("PEPPOL-EN16931-UBL.xslt",),
        "invoice_response": ("PEPPOLBIS-T111.xslt",),
        "mlr": ("PEPPOLBIS-T71.xslt",),
        "mls": ("peppol-mls-*.xslt",),
        "svefaktura": ("svefaktura-1.0-sch.xslt", "svenfaktura-1.0-sch.xslt"),
    }
)
"""For each set of rules the names of its stylesheet, the first that is found is taken."""

SCHEMAS: Mapping[str, str] = MappingProxyType(
    {
        "ubl:Invoice": "UBL-Invoice-2.1.xsd",
        "cn:CreditNote": "UBL-CreditNote-2.1.xsd",
        "sfti:Invoice": "SFTI-BasicInvoice-1.0.xsd",
    }
)
"""For each root the name of its schema. There is none of ApplicationResponse in what we test against."""

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_ID_IN_TEXT = re.compile(r"\[(R-[0-9]+)\]")
_STEP = re.compile(r"\*:(?P<name>[\w.-]+)\[namespace-uri\(\)='(?P<space>[^']*)'\]")
_PREFIXES = {
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac:",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2": "cbc:",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2": "ext:",
}
_GAVE_UP = "they stopped: a value is no number or date, or an element stands more often than they allow for"
_ONLY_FILES = ("http://saxon.sf.net/feature/allowedProtocols", "file")


class Firing(NamedTuple):
    """One rule that the referee says is broken."""

    rule: str
    severity: str  # `fatal` or `warning`
    location: str  # as an XPath with positions


class Verdict(NamedTuple):
    """What the referee says of a document by one set of rules."""

    firings: Sequence[Firing]
    gave_up: str = ""  # why the official rules stopped half way, such as an amount that is no number; blank if not


class Difference(NamedTuple):
    """A rule on which two judges differ."""

    rule: str
    ours: int
    theirs: int


def differences(ours: Iterable[str], theirs: Iterable[str]) -> list[Difference]:
    """Compare the ids of what two judges found, each as often as it was found; sorted by rule, empty when equal."""
    one, other = Counter(ours), Counter(theirs)
    return [Difference(rule, one[rule], other[rule]) for rule in sorted(one | other) if one[rule] != other[rule]]


class Referee:
    """Runs the official rules of one folder. Stylesheets are compiled when first asked for, once per process.

    Not to be shared between threads.
    """

    def __init__(self, folder: Path) -> None:
        """Raises ConfigurationError when the folder is not there."""
        if not folder.is_dir():
            raise ConfigurationError(
                f"there is no folder {folder} of official rules", hint="give the folder in which you have put them"
            )
        self._folder = folder.resolve()
        self._found: dict[tuple[str, ...], Path] = {}

    def judge(self, rules: str, document: bytes | etree._Element) -> Verdict:
        """Return what the stylesheet of a set of rules (a key of `OFFICIAL_FILES`) finds, in its order.

        Raises:
            ConfigurationError: the stylesheet is not in the folder, or `saxonche` is not installed.
            FormatError: it is no XML that we read.
        """
        text = etree.tostring(_root_of(document), encoding="unicode", with_tail=False)
        stylesheet = _compiled(self._file(rules))
        try:
            with _silent():
                report = stylesheet.transform_to_string(xdm_node=_processor().parse_xml(xml_text=text))
        except _saxonche().PySaxonApiError:  # its message quotes the document
            return Verdict((), _GAVE_UP)
        return Verdict(_read_report(report.encode()))

    def is_valid(self, document: bytes | etree._Element) -> bool:
        """Say whether the official schema of the document's root takes it.

        Raises:
            ConfigurationError: there is no schema of that root in the folder.
            FormatError: it is no XML that we read.
        """
        root = _root_of(document)
        name = prefixed(str(root.tag))
        if name not in SCHEMAS:
            raise ConfigurationError(f"the referee has no schema of {name}", hint=f"it has {', '.join(SCHEMAS)}")
        copy = etree.fromstring(etree.tostring(root, with_tail=False), _parser())
        _strip_dates(copy)
        return bool(_schema(self._find((SCHEMAS[name],))).validate(copy))

    def _file(self, rules: str) -> Path:
        return self._find(OFFICIAL_FILES[rules])

    def _find(self, names: tuple[str, ...]) -> Path:
        """Look for the first that is there, once for all documents."""
        if names not in self._found:
            self._found[names] = self._look_for(names)
        return self._found[names]

    def _look_for(self, names: Sequence[str]) -> Path:
        for name in names:
            if found := sorted(self._folder.rglob(name)):
                return _only(found)
        raise ConfigurationError(
            f"there is no {' or '.join(names)} in the folder of official rules",
            where=str(self._folder),
            hint="take it from its owner's release; nothing is fetched",
        )


def _only(found: Sequence[Path]) -> Path:
    if len(found) > 1:
        raise ConfigurationError(
            f"{found[0].name} lies in {len(found)} places of the folder of official rules",
            hint="give a folder of one release",
        )
    return found[0]


def _strip_dates(root: etree._Element) -> None:
    """Take the blanks around dates away: libxml2 refuses those after a date, which XML Schema allows."""
    for element in root.iter("{*}*"):
        if str(element.tag).endswith(("Date", "Time")) and element.text:
            element.text = element.text.strip(" \t\r\n")


def _read_report(report: bytes) -> list[Firing]:
    tree = etree.fromstring(report, _parser())
    fired = tree.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report")
    return [Firing(_id_of(one), one.get("flag", "fatal"), _location(one.get("location", ""))) for one in fired]


def _id_of(fired: etree._Element) -> str:
    """Return the id of a rule; those of Svefaktura have it in their text alone, as `[R-47]`."""
    written = _ID_IN_TEXT.search("".join(map(str, fired.itertext())))
    return fired.get("id") or (written[1] if written else "")


def _location(written: str) -> str:
    """Turn a report's `/*:Invoice[namespace-uri()='…'][1]` into `/Invoice[1]`, with the usual prefixes."""
    return _STEP.sub(lambda step: _PREFIXES.get(step["space"], "") + step["name"], written)


def _root_of(document: bytes | etree._Element) -> etree._Element:
    root: etree._Element = root_of(document) if isinstance(document, bytes) else document
    return root


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


@contextmanager
def _silent() -> Iterator[None]:
    """Keep the processor from writing to the standard error, where it quotes the document."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _saxonche() -> Any:
    try:
        return import_module("saxonche")
    except ImportError:
        raise ConfigurationError(
            "the official rules are run by saxonche, which is not installed",
            hint='pip install "reskontra-hub-peppol[validate]"',
        ) from None


@lru_cache(maxsize=1)
def _processor() -> Any:
    processor = _saxonche().PySaxonProcessor(license=False)
    processor.set_configuration_property(*_ONLY_FILES)
    return processor


@lru_cache(maxsize=16)
def _compiled(stylesheet: Path) -> Any:
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(stylesheet))


@lru_cache(maxsize=4)
def _schema(file: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(file), _parser()))
