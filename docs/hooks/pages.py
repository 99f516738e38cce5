"""Makes pages of the repository's own documents, and of what the code says of itself.

Where a page has ``<!-- made by docs/hooks/NAME.py -->``, what that module makes stands on the
site. A link of a page leads to a file of the repository, so that it works where the repository is
read. On the site it leads to that file's page; where a file has none, its name stands in its place.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

import c_header
import command_line
import configuration
import javascript

ROOT = Path(__file__).parents[2]

DOCUMENTS = {
    "ARCHITECTURE.md": "why/architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "PROTOCOL.md": "reference/protocol.md",
    "benchmarks/README.md": "why/benchmarks.md",
    "client_side/desktop/README.md": "howto/electron.md",
    "cython_wrapper/README.md": "reference/wrap.md",
    "cython_wrapper/README.md#tags": "reference/tags.md",
}
"""The documents that stay where they are, or sections of them, and where the site has them."""

MADE = {
    module.__name__: module.markdown
    for module in (c_header, command_line, configuration, javascript)
}
"""What makes the parts of pages that the code says of itself."""

_SOURCES = {page: document.partition("#")[0] for document, page in DOCUMENTS.items()}
# Code, which is left alone, or a link; its text may hold code.
_LINK = re.compile(
    r"(?P<code>^(?P<fence>```+|~~~+).*?^(?P=fence)[ ]*$|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<head>!?\[(?P<text>(?:`[^`]*`|[^\]`])*)\]\()(?P<target>[^)\s]+)\)",
    re.MULTILINE | re.DOTALL,
)
_MADE = re.compile(r"^<!-- made by docs/hooks/(\w+)\.py -->$", re.MULTILINE)
_COMMENT = re.compile(r"^<!--.*?-->\n", re.MULTILINE | re.DOTALL)


def on_files(files: Any, *, config: Any) -> Any:
    """Adds the documents."""
    for document, page in DOCUMENTS.items():
        path, _, section = document.partition("#")
        text = (ROOT / path).read_text()
        if section:
            parts = re.split(r"^## ", text, flags=re.MULTILINE)
            (text,) = ("# " + part for part in parts if part.lower().startswith(f"{section}\n"))
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Any) -> str:
    """Leads links to the site's pages, and leaves out comments."""
    here = page.file.src_uri
    repository = _SOURCES.get(here, f"docs/{here}")

    def lead(match: re.Match[str]) -> str:
        target = match["target"]
        if match["code"] or re.match(r"[a-z]+:|#", target):
            return match[0]
        path, hash_, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(repository), path))
        if path == "README.md":
            path = "docs/index.md"
        if not (ROOT / path).exists():
            raise FileNotFoundError(f"{repository}: {target} leads nowhere")
        if path.startswith("docs/"):
            to = path.removeprefix("docs/")
        elif f"{path}{hash_}{anchor}" in DOCUMENTS:
            to, hash_, anchor = DOCUMENTS[f"{path}{hash_}{anchor}"], "", ""
        elif path in DOCUMENTS:
            to = DOCUMENTS[path]
        else:
            return match["text"] if path in match["text"] else f"{match['text']} (`{path}`)"
        to = posixpath.relpath(to, posixpath.dirname(here) or ".")
        return f"{match['head']}{to}{hash_}{anchor})"

    text = _LINK.sub(lead, markdown)
    text = _MADE.sub(lambda match: MADE[match[1]](), text)
    return _COMMENT.sub("", text)


def on_page_content(html: str, *, page: Any, config: Any, files: Any) -> str:
    """Links what docstrings name, such as `Bridge.latest`, to where the page describes it."""
    if not page.file.src_uri.startswith("reference/python"):
        return html
    ids = re.findall(
        r'id="((?:cwire|cwire_server|cwire_structs\.schema)\.([A-Z]\w+(?:\.\w+)?))"', html
    )
    places = {name: whole for whole, name in ids}

    def link(match: re.Match[str]) -> str:
        place = places.get(match[1])
        return f'<a href="#{place}">{match[0]}</a>' if place else match[0]

    return re.sub(r"<code>([\w.]+)</code>(?!</a>)", link, html)
