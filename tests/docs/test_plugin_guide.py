"""The plugin guide names everything a partner sees, exactly: public names, hooks, events, errors, the kit's members."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import get_args

import pytest

import hub.contracts
from hub import errors
from hub.contracts import (
    BookkeepingExporter,
    DeliveryChannel,
    DirectDebitScheme,
    DocumentChannel,
    DocumentInspector,
    EInvoiceWriter,
    FileDescriber,
    FollowedChannel,
    OrderToPayFiler,
    PaymentFileReader,
    PaymentOrderWriter,
    Sandbox,
    WebhookReceiver,
    hookspecs,
)
from hub.model.delivery import BuyerAnswer, Reachable, ReceiptKind, Silence
from hub.model.payment_file import FileEvent
from hub.testing.conformance import (
    BookkeepingExporterConformance,
    CollectionAgencyConformance,
    DirectDebitSchemeConformance,
    DocumentChannelConformance,
    FollowedChannelConformance,
    OrderToPayFilerConformance,
    PaymentFileReaderConformance,
    PaymentOrderWriterConformance,
    QueryableChannelConformance,
    WebhookReceiverConformance,
)
from tests.docs.pages import DOCS, ROOT, blocks, read

PAGE = DOCS / "plugin-guide.md"
EXAMPLES = ROOT / "examples"
_CODE = re.compile(r"`([^`]+)`")


def part(title: str) -> str:
    """Return the text under a heading, up to the next heading of the same or a higher level."""
    text = read(PAGE)
    level = len(title) - len(title.lstrip("#"))
    after = text.split(f"\n{title}\n", 1)[1]
    return re.split(rf"\n#{{1,{level}}} ", after, maxsplit=1)[0]


def rows(title: str) -> dict[str, list[str]]:
    """Return the rows of the tables under a heading: what the second cell quotes, by each name quoted in the first."""
    found: dict[str, list[str]] = {}
    for line in part(title).splitlines():
        if line.startswith("| `"):
            first, second, *_ = line.strip("|").split(" | ")
            for name in _CODE.findall(first):
                found[name] = _CODE.findall(second)
    return found


def test_the_public_names_of_the_contracts_are_those_of_the_guide():
    assert list(rows("### Public names")) == sorted(hub.contracts.__all__)


def test_every_hook_stands_there_with_its_exact_arguments():
    hooks = inspect.getmembers(hookspecs, lambda member: inspect.isfunction(member) and member.__name__[:4] == "hub_")
    signatures = {f"{name}{inspect.signature(hook)}".replace("'", "") for name, hook in hooks}

    assert set(re.findall(r"^### `(hub_.+)`$", part("## Hooks"), re.MULTILINE)) == signatures


def test_every_event_stands_there_with_its_fields_in_order():
    assert rows("### The events") == {event.__name__: list(event._fields) for event in get_args(FileEvent)}


def test_every_member_of_a_reader_stands_there():
    members = {name for name in vars(PaymentFileReader) if not name.startswith("_")}

    assert {name.partition("(")[0] for name in rows("## Reading a payment file")} >= members - {"name"}


def test_every_error_stands_there():
    classes = inspect.getmembers(errors, inspect.isclass)
    ours = {name for name, kind in classes if issubclass(kind, errors.HubError)}

    assert set(rows("## Errors")) == ours


def test_every_member_of_the_kit_stands_there():
    given = {name for name in vars(PaymentFileReaderConformance) if not name.startswith(("_", "test_"))}

    assert set(rows("## Run the kit")) == given | {"samples"}


def members_of(protocol: type, *below: type) -> set[str]:
    """Return what a Protocol asks for, without what those below it ask for."""
    inherited = {name for one in below for name in vars(one)}
    return {name for name in vars(protocol) if not name.startswith("_")} - inherited


@pytest.mark.parametrize(
    ("title", "members"),
    [
        ("## A channel for documents", members_of(DocumentChannel, DeliveryChannel)),
        ("### Reports", members_of(FollowedChannel, DocumentChannel)),
        ("### Notices", members_of(WebhookReceiver)),
        ("### The sandbox", members_of(Sandbox)),
        ("### Writing them", members_of(EInvoiceWriter)),
        ("## Vouchers for a general ledger", members_of(BookkeepingExporter)),
        ("## Orders to pay", members_of(OrderToPayFiler)),
        ("## Looking into files", members_of(FileDescriber)),
        ("## Direct debits", members_of(DirectDebitScheme)),
        ("## Payment orders", members_of(PaymentOrderWriter)),
        ("### Judging them", members_of(DocumentInspector)),
        ("### Buyers' answers", set(BuyerAnswer._fields)),
    ],
)
def test_every_member_of_what_carries_documents_stands_there(title, members):
    assert {name.partition("(")[0] for name in rows(title)} >= members


def test_every_answer_of_a_channel_stands_there():
    text = part("## A channel for documents")
    names = [one.name for kind in (Reachable, ReceiptKind, Silence) for one in kind]

    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_member_of_the_kit_for_channels_stands_there():
    kits = (
        DocumentChannelConformance, FollowedChannelConformance, QueryableChannelConformance, WebhookReceiverConformance
    )  # fmt: skip
    known = {name for kit in kits for one in kit.__mro__[:-1] for name in (*vars(one), *inspect.get_annotations(one))}
    given = {name for name in known if not name.startswith(("_", "test_"))}

    assert set(rows("### Run the kit on it")) == given


def test_every_member_of_the_kit_for_exporters_stands_there():
    given = {name for name in vars(BookkeepingExporterConformance) if not name.startswith(("_", "test_"))}

    assert {name.partition("(")[0] for name in rows("## Vouchers for a general ledger")} >= given


def test_every_member_of_the_kit_for_direct_debits_stands_there():
    given = {name for name in vars(DirectDebitSchemeConformance) if not name.startswith(("_", "test_"))}

    assert {name.partition("(")[0] for name in rows("## Direct debits")} >= given


def test_every_member_of_the_kit_for_filers_stands_there():
    given = {name for name in vars(OrderToPayFilerConformance) if not name.startswith(("_", "test_"))}

    assert {name.partition("(")[0] for name in rows("## Orders to pay")} >= given


def test_every_member_of_the_kit_for_agencies_stands_there():
    given = {name for name in vars(CollectionAgencyConformance) if not name.startswith(("_", "test_"))}

    assert {name.partition("(")[0] for name in rows("## A collection agency")} >= given


def test_every_member_of_the_kit_for_payment_orders_stands_there():
    given = {name for name in vars(PaymentOrderWriterConformance) if not name.startswith(("_", "test_"))}

    assert {name.partition("(")[0] for name in rows("## Payment orders")} >= given


def test_what_the_guide_quotes_of_the_example_stands_in_the_example():
    sources = [path.read_text(encoding="utf-8") for path in example_files()]
    quoted = [
        block.text for block in blocks(PAGE) if block.language in ("python", "toml") and "tenants/" not in block.text
    ]
    lines = [line for text in quoted for line in text.splitlines() if line.strip()]

    assert len(lines) > 5
    assert [line for line in lines if not any(line in source for source in sources)] == []


def example_files() -> list[Path]:
    return [path for path in EXAMPLES.rglob("*") if path.suffix in (".py", ".toml") and "build" not in path.parts]


def test_the_command_for_expected_results_is_the_one_that_exists():
    (command,) = re.findall(r"^python -m (hub\.testing\.\w+) (\S+):(\S+)", read(PAGE), re.MULTILINE)
    module, reader_module, name = command

    assert __import__(module, fromlist=["main"]).main
    assert getattr(__import__(reader_module, fromlist=[name]), name)
