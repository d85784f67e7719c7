"""Read XML of any size as a stream of small steps, hardened, in constant memory.

Built on lxml's pull parser without events for elements: bytes are fed in pieces, and after each piece the
finished children of the open containers are handed over and freed. The tree is built and freed in C and Python
sees whole items only: of the ways that were measured (iterparse, an expat state machine, expat into the standard
library's tree, this) it is the fastest that keeps source lines. Even an event for the root alone would cost a third of
the parsing, since the parser then asks at each element; so the root is found beside a mark, a processing instruction
planted in front of it.

Hardening: document types are refused outright, so no entity can be declared; nothing is fetched; the parser's own
limits on depth, text and amplification stay on; one item may fill at most `LARGEST_ITEM_BYTES`, which also bounds
the number and length of attributes. Whatever lxml raises comes out as `FormatError` with the line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Literal, NamedTuple, cast

from lxml import etree

from hub.errors import FormatError
from hub.formats.xml_layout import namespace_of
from hub.formats.xml_prolog import document_type_error, refuse_document_type, with_mark
from hub.formats.xml_reading import BoundContainer, Step, Walk

PIECE_BYTES = 32 * 1024
"""Fed at a time: larger pieces are not faster and hold more finished items in memory."""

LONGEST_PROLOG_BYTES = 64 * 1024
"""The root element must begin within this; a declaration and a few comments need a thousandth of it."""

LARGEST_ITEM_BYTES = 4 * 1024 * 1024
"""No item of a real bank file comes near; more is damage or an attack on memory."""

_SPACE_AFTER = re.compile(r">[ \t\n]+")
_SPACE_BEFORE = re.compile(r"[ \t\n]+<")
_SPACES_AT_TAGS = ("> ", ">\n", ">\t", " <", "\n<", "\t<")
_DECLARATION = re.compile(r' xmlns(?::[^=\s]+)?="[^"]*"')


class Root(NamedTuple):
    """How a document begins: qualified names of the root and of its first child (empty when not seen yet)."""

    tag: str
    child: str

    @property
    def namespace(self) -> str:
        return namespace_of(self.tag)


def probe(head: bytes) -> Root:
    """Read the root element, and its first child if it is there, from the beginning of a document.

    Raises:
        FormatError: not XML, a document type declaration, or no root within `LONGEST_PROLOG_BYTES`.
    """
    head = head[:LONGEST_PROLOG_BYTES]
    refuse_document_type(head)
    parser = _parser("start")
    error: FormatError | None = None
    try:
        parser.feed(head)
    except etree.XMLSyntaxError as caught:
        error = syntax_error(caught)
    names = [cast(Any, element).tag for _, element in parser.read_events()][:2]
    if not names:
        raise error or FormatError(
            "no XML element in the beginning of the file; send the file as it was made", code="NOT_XML", line=1
        )
    return Root(names[0], names[1] if len(names) > 1 else "")


def walk(stream: BinaryIO, head: bytes, container: BoundContainer) -> Walk:
    """Yield the steps of a document whose root is read by `container`.

    `head` has already been taken from the stream and comes first. OPENED and CLOSED come for the root and each declared
    container, ITEM for each of their other children. An element is valid until the next step is asked for.

    Raises:
        FormatError: not well formed, truncated, or beyond a limit.
    """
    return _Walker(container).run(stream, head)


def content_digest(steps: Walk) -> str:
    """Return the SHA-256 of the document's content: names, attributes and text, white space around tags removed.

    Indentation, encoding, comments and processing instructions do not change it.
    """
    digest = hashlib.sha256()
    for step, element, _ in steps:
        if step is Step.ITEM:
            digest.update(_content_of(element).encode())
        elif step is Step.OPENED:
            digest.update(f"<{element.tag}>".encode())
        else:
            digest.update(b"</>")
    return digest.hexdigest()


def _content_of(element: Any) -> str:
    """Write an element without white space at its tags, and without the declarations of namespaces it inherits.

    Several times as fast as Canonical XML, which would add only the order of attributes.
    """
    written: str = etree.tostring(element, encoding="unicode", with_tail=False)
    end = written.index(">")
    content = _DECLARATION.sub("", written[:end]) + written[end:]
    if any(space in content for space in _SPACES_AT_TAGS):  # most bank files have none; asking is cheaper
        content = _SPACE_BEFORE.sub("<", _SPACE_AFTER.sub(">", content))
    return content


def syntax_error(error: etree.XMLSyntaxError) -> FormatError:
    """Translate the parser's error; its text may repeat content of the file, so only its kind is kept."""
    entry = cast(Any, error.error_log).last_error
    kind = entry.type_name.removeprefix("ERR_").lower().replace("_", " ") if entry else "syntax"
    return FormatError(
        f"not well-formed XML ({kind}); the file is damaged or cut short, ask the sender for it again",
        code="NOT_XML",
        line=error.lineno or 1,
    )


class _Frame:
    __slots__ = ("container", "element")

    def __init__(self, element: Any, container: BoundContainer) -> None:
        self.element = element
        self.container = container


class _Walker:
    """State of one walk: the parser and the stack of open containers."""

    def __init__(self, container: BoundContainer) -> None:
        self._parser = _parser("pi")
        self._container = container
        self._open: list[_Frame] = []
        self._mark: Any = None
        self._has_instructions = False
        self._bytes_since_item = 0

    def run(self, stream: BinaryIO, head: bytes) -> Walk:
        is_started = False
        for piece in _pieces(stream, with_mark(head)):
            self._feed(piece)
            if not is_started and (root := self._found_root()) is not None:
                is_started = True
                self._open.append(_Frame(root, self._container))
                yield Step.OPENED, root, self._container
            yield from self._harvest(complete=False)
        self._close()
        yield from self._harvest(complete=True)

    def _feed(self, piece: bytes) -> None:
        self._bytes_since_item += len(piece)
        if self._bytes_since_item > LARGEST_ITEM_BYTES + PIECE_BYTES:
            raise FormatError(
                f"one element fills more than {LARGEST_ITEM_BYTES} bytes; no payment does, refuse the file",
                code="ITEM_TOO_LARGE",
                line=self._open[-1].element.sourceline if self._open else 1,
            )
        try:
            self._parser.feed(piece)
        except etree.XMLSyntaxError as caught:
            raise syntax_error(caught) from None
        for _, instruction in self._parser.read_events():
            if self._mark is None:
                self._mark = instruction
            else:
                self._has_instructions = True

    def _found_root(self) -> Any:
        root = None if self._mark is None else next(self._mark.itersiblings(etree.Element), None)
        if root is not None and root.getroottree().docinfo.internalDTD is not None:
            raise document_type_error(1)
        return root

    def _close(self) -> None:
        try:
            self._parser.close()
        except etree.XMLSyntaxError as caught:
            raise syntax_error(caught) from None

    def _harvest(self, *, complete: bool) -> Walk:
        """Hand over every finished child of the open containers, innermost first, and free it."""
        while self._open:
            frame = self._open[-1]
            ended = complete or self._is_followed()
            inner: Any = None
            for child in frame.element.iterchildren():
                if child.tag in frame.container.containers:
                    inner = child
                    break
                if not ended and child.getnext() is None:
                    _free_before(frame.element, child)
                    return  # the last child may still grow
                if self._has_instructions and _is_instruction(child):
                    continue
                self._bytes_since_item = 0
                yield Step.ITEM, child, frame.container
            if inner is not None:
                _free_before(frame.element, inner)
                self._open.append(_Frame(inner, frame.container.containers[inner.tag]))
                yield Step.OPENED, inner, self._open[-1].container
            elif ended:
                yield from self._leave(frame)
            else:
                return

    def _leave(self, frame: _Frame) -> Walk:
        self._bytes_since_item = 0
        yield Step.CLOSED, frame.element, frame.container
        self._open.pop()
        if self._open:
            self._open[-1].element.remove(frame.element)

    def _is_followed(self) -> bool:
        """Say whether the innermost container has ended: it, or one around it, has a following sibling."""
        return any(frame.element.getnext() is not None for frame in reversed(self._open))


def _is_instruction(child: Any) -> bool:
    """Say whether this is a processing instruction; take those inside an element away, they part its texts in two."""
    if child.tag is etree.ProcessingInstruction:
        return True
    etree.strip_tags(child, etree.ProcessingInstruction)
    return False


def _free_before(parent: Any, child: Any) -> None:
    position = parent.index(child)
    if position:
        del parent[:position]


def _pieces(stream: BinaryIO, head: bytes) -> Iterator[bytes]:
    for start in range(0, len(head), PIECE_BYTES):
        yield head[start : start + PIECE_BYTES]
    while piece := stream.read(PIECE_BYTES):
        yield piece


def _parser(event: Literal["start", "pi"]) -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=(event,),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        huge_tree=False,
        recover=False,
    )
