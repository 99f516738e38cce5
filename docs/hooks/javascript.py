"""The page of the client in JavaScript: what its modules export, with their JSDoc, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["exports", "markdown"]

WEB = Path(__file__).parents[2] / "client_side" / "web"
MODULES = {"client.mjs": WEB / "client.mjs", "actions.mjs": WEB / "actions.mjs"}
"""What a page imports."""

_DOC = r"/\*\*(?P<doc>(?:(?!\*/).)*)\*/\s*\n"
_EXPORT = re.compile(
    rf"(?:{_DOC})?export (?P<kind>class|(?:async )?function\*?|const) (?P<name>\w+)"
    r"(?P<rest>[^\n]*)",
    re.DOTALL,
)
_FROM = re.compile(r'^(?:export|import) \{([^}]*)\} from "([^"]+)"', re.MULTILINE)
_REEXPORT = re.compile(r"^export \{([^}]*)\}", re.MULTILINE)
_MEMBER = re.compile(
    rf"^  {_DOC}  (?P<sign>(?:static |async |get )*(?P<name>[A-Za-z]\w*)\((?P<args>.*?)\)) \{{$",
    re.MULTILINE | re.DOTALL,
)
_TYPEDEF = re.compile(r"/\*\*(?P<doc>(?:(?!\*/).)*@typedef(?:(?!\*/).)*)\*/", re.DOTALL)


@dataclass(frozen=True)
class Doc:
    """A comment, taken apart."""

    text: str = ""
    tags: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Each tag: its word, type, name and text."""


def exports(module: str) -> list[tuple[str, Path]]:
    """The names that a module exports, and the file of each."""
    path = MODULES[module]
    source = path.read_text()
    origin = {}
    for names, file in _FROM.findall(source):
        for name in _names(names):
            origin[name] = (path.parent / file).resolve()
    found = []
    for names in _REEXPORT.findall(source):
        found += [(name, origin[name]) for name in _names(names)]
    found += [(match["name"], path) for match in _EXPORT.finditer(source)]
    return sorted(found, key=lambda one: (one[1] != path, one[0]))


def markdown() -> str:
    """Both modules."""
    return "\n".join(line for module in MODULES for line in _module(module))


def _names(text: str) -> list[str]:
    return [name.strip().split(" as ")[-1] for name in text.split(",") if name.strip()]


def _module(module: str) -> Iterator[str]:
    yield f"## {module}\n"
    said: list[str] = []
    for name, path in exports(module):
        source = path.read_text()
        (match,) = (one for one in _EXPORT.finditer(source) if one["name"] == name)
        doc = _parse(match["doc"] or "")
        said.append(f"### {name}\n")
        if match["kind"] == "class":
            parent = re.match(r" extends (\w+)", match["rest"])
            said.append(f"```js\nclass {name}{f' extends {parent[1]}' if parent else ''}\n```\n")
        else:
            arguments = re.match(r"\((.*)\)", match["rest"])
            said.append(f"```js\n{name}({arguments[1] if arguments else ''})\n```\n")
        said += _doc(doc)
        if match["kind"] == "class":
            said += _members(name, _body(source, match.end()))
    yield from said
    yield f"### Types of {module}\n"
    known = _types(MODULES[module])
    for name, _ in exports(module):
        known.pop(name, None)
    # What the exports name, and what these types name.
    for _ in range(2):
        types = [name for name in _named(said) if name in known]
        said = []
        for name in types:
            said += [f"**{name}**\n", *_doc(known.pop(name))]
        yield from said


def _named(lines: list[str]) -> list[str]:
    """The names in code, in the order in which they come."""
    code = re.findall(r"`([^`]*)`", "\n".join(lines))
    return list(dict.fromkeys(re.findall(r"[A-Z]\w+", " ".join(code))))


def _types(first: Path) -> dict[str, Doc]:
    """All types that have a name and are no classes; where two have one, that of the module."""
    found: dict[str, Doc] = {}
    others = set(MODULES.values()) - {first}
    for path in (first, *sorted(WEB.glob("*.mjs")), *sorted(WEB.glob("*/*.mjs"))):
        if path in others:
            continue
        for match in _TYPEDEF.finditer(path.read_text()):
            doc = _parse(match["doc"])
            if any(word == "template" for word, *_ in doc.tags):
                continue  # it only helps TypeScript
            for word, kind, name, text in doc.tags:
                if word == "typedef" and not kind.startswith("import("):
                    found.setdefault(name or text, doc)
    return found


def _body(source: str, start: int) -> str:
    """The text of a class: to the first brace that is not set in."""
    end = re.compile(r"^\}", re.MULTILINE).search(source, start)
    return source[start : end.start() if end else len(source)]


def _members(owner: str, body: str) -> Iterator[str]:
    for match in _MEMBER.finditer(body):
        # Of a function with overloads the first comment says most.
        docs = [_parse(one) for one in (*_overloads(body[: match.start()]), match["doc"])]
        doc = Doc(docs[0].text, docs[-1].tags)
        error = match["name"] == "constructor" and owner.endswith(("Error", "Connected", "Refused"))
        if error or any(word == "internal" for word, *_ in doc.tags):
            continue
        sign = re.sub(r"\s+|async ", " ", match["sign"]).strip()
        sign = sign.replace("( ", "(").replace(", )", ")")
        if sign.startswith("get "):
            sign = sign.removeprefix("get ").removesuffix("()")
        elif match["name"] == "constructor":
            sign = "new " + sign.replace("constructor", owner)
        title = sign if sign.startswith("new ") else f"{owner[0].lower()}{owner[1:]}.{sign}"
        yield f"#### {owner}.{match['name']}\n"
        yield f"```js\n{title}\n```\n"
        yield from _doc(doc)


def _overloads(before: str) -> list[str]:
    """The comments that stand one after the other at the end of a text."""
    found: list[str] = []
    while match := re.search(rf"{_DOC}\s*$", before, re.DOTALL):
        found.insert(0, match["doc"])
        before = before[: match.start()]
    return found


def _parse(comment: str) -> Doc:
    lines = [re.sub(r"^\s*\* ?", "", line).rstrip() for line in comment.split("\n")]
    text, *tags = re.split(r"^@(?=\w)", "\n".join(lines).strip(), flags=re.MULTILINE)
    return Doc(text.strip(), [_tag(tag) for tag in tags])


def _tag(text: str) -> tuple[str, str, str, str]:
    word, _, rest = text.partition(" ")
    kind = ""
    rest = rest.strip()
    if rest.startswith("{"):
        depth = 0
        for index, character in enumerate(rest):
            depth += (character == "{") - (character == "}")
            if depth == 0:
                kind, rest = rest[1:index], rest[index + 1 :].strip()
                break
    name = ""
    if word.strip() in ("param", "property", "typedef", "template"):
        match = re.match(r"(\[?[\w.]+(?:=[^\]]*)?\]?)\s*(.*)", rest, re.DOTALL)
        if match:
            name, rest = match[1], match[2]
    return (
        word.strip(),
        kind if word.strip() == "typedef" else _type(kind),
        name,
        " ".join(rest.split()),
    )


def _type(kind: str) -> str:
    kind = re.sub(r'import\("[^"]*"\)\.', "", kind)
    return " ".join(kind.split())


def _doc(doc: Doc) -> Iterator[str]:
    if doc.text:
        yield _prose(doc.text) + "\n"
    rows = [tag for tag in doc.tags if tag[0] in ("param", "property")]
    if rows:
        yield "| name | type | what |\n|---|---|---|"
        for _, kind, name, text in rows:
            optional = name.startswith("[")
            shown = f"`{name.strip('[]').partition('=')[0]}`" + (" (optional)" if optional else "")
            yield f"| {shown} | `{_cell(kind)}` | {_cell(_prose(text))} |"
        yield ""
    for word, kind, name, text in doc.tags:
        if word == "returns":
            yield f"Returns `{kind}`{': ' + _prose(text) if text else '.'}\n"
        elif word == "typedef" and not rows and kind not in ("object", ""):
            yield f"`{_type(kind)}`{' ' + _prose(text) if text else ''}\n"
        elif word == "template" and name:
            yield f"`{name.strip('[]')}`: {_prose(text)}\n" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _prose(text: str) -> str:
    blocks = []
    for block in text.split("\n\n"):
        if block.startswith("    "):
            blocks.append("```js\n" + re.sub(r"^ {4}", "", block, flags=re.MULTILINE) + "\n```")
        else:
            blocks.append(" ".join(block.split()))
    return "\n\n".join(blocks)
