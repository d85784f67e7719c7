"""The page about documents has an example that is accepted, and every kind, state and column that there is."""

from __future__ import annotations

import re
from pathlib import Path

from hub import Hub
from hub.model.deliveries import DocumentState
from hub.model.delivery import RouteStep
from hub.model.documents import DocumentKind
from hub.rules.delivery.route import NOTHING_LEFT, PROTECTED
from hub.runtime.starter_home import write_starter_home
from hub.services.delivery.following import NOT_HEARD
from hub.services.delivery.receipts import UNREAD
from hub.services.delivery.recipient_rows import RecipientRow
from hub.services.delivery.standing import TASK
from hub.services.webhooks.interpreting import TASK as NOTICES
from tests.docs.pages import DOCS, blocks, read

PAGE = DOCS / "documents.md"


def _first_cells(heading: str) -> set[str]:
    """Return what the first cells of the table with this heading name."""
    table = read(PAGE).split(f"\n{heading}\n", 1)[1].split("\n\n", 1)[0]
    cells = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_the_example_is_accepted_by_the_tenant_to_start_from(tmp_path: Path) -> None:
    (example,) = [block.text for block in blocks(PAGE) if block.language == "json"]
    write_starter_home(tmp_path / "home")
    (tmp_path / "documents.json").write_text(example, encoding="utf-8")

    with Hub.open(tmp_path / "home") as hub:
        (accepted,) = hub.documents.deliver(tmp_path / "documents.json")

    assert (accepted.is_new, accepted.problem) == (True, "")


def test_every_kind_state_column_and_step_is_explained() -> None:
    assert _first_cells("| kind | what it is |") == set(DocumentKind)
    assert _first_cells("| state | the document | next |") == set(DocumentState)
    assert _first_cells("| column | meaning |") | {"company", "debtor_number"} == set(RecipientRow.model_fields)
    assert [step for step in RouteStep if f"`{step}`" not in read(PAGE)] == []


def test_what_a_document_waits_for_a_person_with_is_in_the_page_for_clerks() -> None:
    page = read(DOCS / "when-something-is-off.md")
    said = (NOTHING_LEFT, "identity is protected", NOT_HEARD, UNREAD, NOTICES)

    assert "identity is protected" in PROTECTED
    assert TASK == "held_document"
    assert [words for words in said if words not in page] == []
