"""The page of a document's fields lists every field there is, and its examples are accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from hub import Hub
from hub.model.documents import Document
from hub.runtime.document_tables import page_with_tables
from hub.runtime.setting_errors import model_within
from hub.runtime.starter_home import write_starter_home
from tests.docs.pages import DOCS, blocks, read

PAGE = DOCS / "document-fields.md"


def _models(model: type[BaseModel]) -> set[type[BaseModel]]:
    inner = {found for field in model.model_fields.values() if (found := model_within(field.annotation))}
    return {model}.union(*(_models(one) for one in inner))


def test_the_page_lists_every_field_there_is() -> None:
    assert page_with_tables(read(PAGE)) == read(PAGE)  # else: python -m hub.runtime.document_tables PAGE


@pytest.mark.parametrize(
    "model", sorted(_models(Document), key=lambda model: model.__name__), ids=lambda model: model.__name__
)
def test_every_field_says_what_it_means(model: type[BaseModel]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_the_examples_are_accepted_by_the_tenant_to_start_from(tmp_path: Path) -> None:
    examples = [json.loads(block.text) for block in blocks(PAGE) if block.language == "json"]
    write_starter_home(tmp_path / "home")

    with Hub.open(tmp_path / "home") as hub:
        accepted = hub.documents.deliver(examples)

    assert len(examples) == 4
    assert [one.problem for one in accepted] == [""] * 4
