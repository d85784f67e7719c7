"""The official schema and rules, run by Saxon in this process, where both are at hand; nothing of them is ours."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

ARTEFACTS = Path(__file__).resolve().parents[4] / "shared" / "artefacts" / "peppol"
SAMPLES = ARTEFACTS.parents[1] / "samples" / "peppol"
_RULES = {
    "en16931": ARTEFACTS / "bis3-3.0.21" / "CEN-EN16931-UBL.xslt",
    "peppol": ARTEFACTS / "bis3-3.0.21" / "PEPPOL-EN16931-UBL.xslt",
}
_FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"


def missing() -> str:
    """Say what is not at hand; blank when all is."""
    try:
        import saxonche  # noqa: F401  (only whether it is there)
    except ImportError:
        return "saxonche is not installed"
    return "" if ARTEFACTS.is_dir() else "the official artefacts are not beside the checkout"


def findings(content: bytes) -> list[str]:
    """Return what schema and rules say against a document: ids with their flags, an empty list when nothing."""
    found = [f"xsd: {error.message}" for error in _schema_errors(content)]
    for layer, stylesheet in _RULES.items():
        report = _judged(stylesheet, content)
        found += [f"{layer} {one.get('flag')} {one.get('id')} {one.get('location')}" for one in report.iter(_FAILED)]
    return found


def _schema_errors(content: bytes) -> list[Any]:
    tree = etree.fromstring(content)
    schema = _schema(etree.QName(tree).localname)
    return [] if schema.validate(tree) else list(schema.error_log)


@cache
def _schema(root: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(ARTEFACTS / "ubl-2.1-xsd" / "maindoc" / f"UBL-{root}-2.1.xsd"))


def _judged(stylesheet: Path, content: bytes) -> Any:
    processor, executable = _compiled(stylesheet)
    node = processor.parse_xml(xml_text=content.decode())
    return etree.fromstring(executable.transform_to_string(xdm_node=node).encode())


@cache
def _compiled(stylesheet: Path) -> tuple[Any, Any]:
    from saxonche import PySaxonProcessor

    processor = PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(stylesheet))
