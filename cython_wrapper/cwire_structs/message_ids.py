"""Which struct is which message: the ``enum message_id`` convention."""

from __future__ import annotations

import difflib
from typing import Any, Protocol

from .layout import MessageLayout
from .schema import FIRST_RELAY_ID, PAYLOAD_LIMIT
from .struct_parser import ProblemLog, StructParser


class NamedDeclarations(Protocol):
    """Structs, unions and enums by name."""

    records: dict[str, Any]
    enums: dict[str, Any]


class NoMessageIdsError(Exception):
    """A header without ``enum message_id``."""


def read_messages(
    cindex: Any, declarations: NamedDeclarations, parser: StructParser, problems: ProblemLog
) -> list[MessageLayout]:
    """Reads every message that ``enum message_id`` names, in its order.

    Args:
        cindex: The module ``clang.cindex``.
        declarations: The header's.
        parser: Reads the structs.
        problems: Where what is wrong goes.

    Raises:
        NoMessageIdsError: There is no such enum.
    """
    enum = declarations.enums.get("message_id")
    if enum is None:
        raise NoMessageIdsError
    messages: list[MessageLayout] = []
    origin: dict[str, Any] = {}
    ids: dict[int, str] = {}
    for label in enum.get_children():
        if label.kind != cindex.CursorKind.ENUM_CONSTANT_DECL:
            continue
        id_name, id_, name = label.spelling, label.enum_value, label.spelling.lower()
        what = f"message id {id_name} = {id_}"
        if not 1 <= id_ < FIRST_RELAY_ID:
            problems.add(label, f"{what}: ids are from 1 to 0x{FIRST_RELAY_ID - 1:X}")
        elif id_ in ids:
            problems.add(label, f"{what}: {ids[id_]} has this number, too")
        elif name in origin:
            problems.add(label, f"{what}: {origin[name].spelling} stands for {name}, too")
        ids.setdefault(id_, id_name)
        origin.setdefault(name, label)
        cursor = declarations.records.get(name)
        if cursor is None:
            near = difflib.get_close_matches(name, declarations.records, 1)
            hint = f"; did you mean struct {near[0]}?" if near else ""
            text = f"{what}: there is no struct {name} (the id's name in lower case){hint}"
            problems.add(label, text)
            continue
        message = _message(id_, id_name, name, cursor, parser, problems)
        if message is not None:
            messages.append(message)
    for message in messages:
        if message.reply is not None and message.reply not in origin:
            near = difflib.get_close_matches(message.reply, origin, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            text = f"{message.struct.c_name}: @reply {message.reply} is no message{hint}"
            problems.add(declarations.records[message.name], text)
    _refuse_forgotten(declarations, origin, parser, problems)
    return messages


def _message(
    id_: int, id_name: str, name: str, cursor: Any, parser: StructParser, problems: ProblemLog
) -> MessageLayout | None:
    struct = parser.struct(cursor)
    if struct is None:
        return None
    tags = parser.doc(cursor, struct.c_name, ("command", "reply")).tags
    command = "command" in tags
    if "reply" in tags and not command:
        problems.add(
            cursor, f"{struct.c_name}: @reply without @command; only commands are answered"
        )
    if struct.size > PAYLOAD_LIMIT:
        text = f"{struct.c_name} has {struct.size} bytes, a payload has at most {PAYLOAD_LIMIT}"
        problems.add(cursor, text)
    reply = tags["reply"][0] if "reply" in tags else None
    return MessageLayout(id_, id_name, name, struct, command, reply)


def _refuse_forgotten(
    declarations: NamedDeclarations,
    names: dict[str, Any],
    parser: StructParser,
    problems: ProblemLog,
) -> None:
    """A struct that is tagged as a command but has no id was forgotten in the enum."""
    for name, cursor in declarations.records.items():
        if name in names or "@" not in (cursor.raw_comment or ""):
            continue
        tags = parser.doc(cursor, cursor.type.spelling, ("command", "reply")).tags
        tagged = [tag for tag in ("command", "reply") if tag in tags]
        if tagged:
            text = f"{cursor.type.spelling} is tagged @{tagged[0]}, but enum message_id has no "
            problems.add(cursor, f"{text}{name.upper()}")
