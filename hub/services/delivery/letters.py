"""Letters that another part of the hub asks for by commands: a chunk's are accepted together, in its transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hub.errors import DataError
from hub.model.deliveries import LetterBalance
from hub.model.delivery_commands import DeliverDocument
from hub.model.documents import Document
from hub.model.tenant import Tenant
from hub.services.books import body_sha256
from hub.services.delivery.accepting import CLAIM, Acceptance, Offered, candidate_of, take
from hub.services.delivery.completing import Completing
from hub.services.delivery.letter_references import keep_references, with_references
from hub.services.ports import Handed, JsonObject, UnitOfWork


class _Asked(NamedTuple):
    """A command that has not been carried out before."""

    command: DeliverDocument
    body_sha256: str


def deliver_documents(work: UnitOfWork, tenant: Tenant, commands: Sequence[DeliverDocument]) -> list[Handed]:
    """Carry out many commands in this transaction; return what became of each, in their order.

    Each once, by its key, as a command by itself: the second time it gives the first answer. A document that cannot be
    right says why, is not kept, and holds no other; its key stays free.

    Raises:
        DataError: a key was used for another command.
    """
    work.commands.claim(CLAIM)
    answers = _earlier(work, commands)
    asked = [_Asked(one, body_sha256(one)) for one in commands if one.key not in answers]
    taken = _taken(work, tenant, [one.command for one in asked])
    work.commands.record_all(
        [
            (one.command.key, one.command.kind, one.body_sha256, _answer(taken[one.command.key]))
            for one in asked
            if not taken[one.command.key].problem
        ]
    )
    return [answers[one.key] if one.key in answers else _handed(one.key, taken[one.key]) for one in commands]


def deliver_document(work: UnitOfWork, tenant: Tenant, command: DeliverDocument) -> JsonObject:
    """Accept one letter. Raises DataError with all that is wrong with it."""
    taken = _taken(work, tenant, [command])[command.key]
    if taken.problem:
        raise DataError(taken.problem)
    return _answer(taken)


def _earlier(work: UnitOfWork, commands: Sequence[DeliverDocument]) -> dict[str, Handed]:
    known = work.commands.earlier_results([one.key for one in commands])
    for one in commands:
        if one.key in known and known[one.key][0] != body_sha256(one):
            raise DataError(f"the command key {one.key} was used for another command; give each a key of its own")
    return {key: Handed(key, result["document_no"], is_new=False) for key, (_, result) in known.items()}


def _taken(work: UnitOfWork, tenant: Tenant, commands: Sequence[DeliverDocument]) -> Mapping[str, Acceptance]:
    """Accept the documents of commands, and keep the balances of those that are new; by the commands' keys."""
    completed, taken = _completed(work, tenant, commands)
    letters = with_references(work, tenant, completed)
    candidates = [
        candidate_of(Offered(one.key, one.document), letters[one.key], command_key=one.key)
        for one in commands
        if one.key in letters
    ]
    work.contents.keep_all([candidate.content for candidate in candidates])
    taken |= {accepted.place: accepted for accepted in take(work, tenant, candidates)}
    new = {one.key: number for one in commands if (number := taken[one.key].document_no) and taken[one.key].is_new}
    keep_references(work, tenant, [(new[key], letters[key]) for key in new if not completed[key].reference])
    work.letters.keep_balances(
        [balance for one in commands if one.key in new for balance in _balances(one, new[one.key])]
    )
    work.letters.keep_mentions(
        [(new[one.key], number) for one in commands if one.key in new for number in one.mentions]
    )
    return taken


def _balances(command: DeliverDocument, document_no: int) -> Iterator[LetterBalance]:
    leaves_by = None if command.leaves_by is None else command.leaves_by.isoformat()
    codes = None if command.despite_holds is None else f"|{'|'.join(command.despite_holds)}|"
    for balance in command.balances:
        yield LetterBalance(document_no, balance.receivable_id, balance.open_ore, leaves_by, codes)


def _completed(
    work: UnitOfWork, tenant: Tenant, commands: Sequence[DeliverDocument]
) -> tuple[dict[str, Document], dict[str, Acceptance]]:
    """Return the documents that can be right, and why others cannot, by the commands' keys."""
    completing = Completing(work, tenant, [one.document for one in commands])
    completed: dict[str, Document] = {}
    refused: dict[str, Acceptance] = {}
    for one in commands:
        try:
            completed[one.key] = completing.complete(one.document, gets_reference=True)
        except DataError as error:
            refused[one.key] = Acceptance(one.key, one.document.number, problem=str(error))
    return completed, refused


def _answer(taken: Acceptance) -> JsonObject:
    return {"document_no": taken.document_no, "document_key": taken.key}


def _handed(key: str, taken: Acceptance) -> Handed:
    return Handed(key, taken.document_no, taken.is_new, taken.problem)
