"""Sets a checkout up, which is what `make setup` and `make run` do: `python3 install.py [run|dev]`.

Makes `.venv` with cwire and what it needs: ``run`` what the demo and its notebooks do, ``dev`` all
that tests do, too. Packages come by uv, which is several times as fast as pip and is a package
itself; where uv cannot be had, by pip. The extension, the C driver and the browser's part are built
meanwhile. What is newer than its sources is left as it is. It wants the standard library only.
"""

from __future__ import annotations

import ast
import fcntl
import os
import runpy
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
EXTRAS = {"run": "notebook,actions,wrap,tools,ipc", "dev": "dev"}
"""Of pyproject.toml, by what is wanted; the later have all that the earlier have."""
SOURCES = (
    "pyproject.toml",
    "setup.py",
    "c_driver/src/*.[ch]",
    "c_driver/include/*.h",
    "cython_wrapper/cwire_structs/*.pyx",
)
"""What the compiled extension and the list of packages are made of."""
# A wheel puts the switch of the Jupyter extension there; an editable install ships no data files.
JUPYTER = "etc/jupyter/jupyter_server_config.d"
# pip's settings, which uv does not read: a company's index, a machine's own certificates.
PIP_SETTINGS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "constraint": "UV_CONSTRAINT",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}
_TICK = 0.2  # s
_QUIET = 10.0  # s without a word, where a line cannot be written again
_LINES = 30  # of what a program wrote before it failed


class SetupError(Exception):
    """A step failed; the text says which, and what its program wrote."""


class Step(threading.Thread):
    """A part of the work, at the side of others: programs that run one after the other.

    Args:
        title: What it makes, for people.
        *commands: Each as its words; those after one that fails are not run.
        env: Environment variables besides our own.

    Attributes:
        why: Why one of them failed, with what it wrote; empty: none did.
        said: What they wrote.
        told: The end of it was told.
    """

    def __init__(self, title: str, *commands: list[str], env: dict[str, str] | None = None) -> None:
        super().__init__(daemon=True)
        self.title = title
        self.why = ""
        self.said: list[str] = []
        self.told = False
        self._commands = commands
        self._env = {**os.environ, **(env or {})}
        self._begin = time.monotonic()
        self._end = 0.0
        self.start()

    @property
    def seconds(self) -> float:
        """How long it took, or has been at work."""
        return (self._end or time.monotonic()) - self._begin

    def run(self) -> None:
        """Runs the programs: a thread's work."""
        if not all(map(self._runs, self._commands)):
            self.why = "\n    ".join([f"{self.title} failed:", *self.said[-_LINES:]])
        self._end = time.monotonic()

    def _runs(self, command: list[str]) -> bool:
        try:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
        except OSError as error:
            self.said.append(f"{command[0]}: {error.strerror}")
            return False
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self.said.append(line.rstrip())
        return process.wait() == 0


def wait(step: Step, *others: Step) -> str:
    """Waits for steps: tells of each when it is done, and meanwhile which are at work.

    Returns:
        Why the first one failed; empty: it did not.
    """
    left, told = [one for one in (step, *others) if not one.told], time.monotonic()
    while left:
        left[0].join(_TICK)
        for one in [one for one in left if not one.is_alive()]:
            left.remove(one)
            one.told = True
            _say(f"  {one.title:36} {'failed, ' if one.why else ''}{one.seconds:.1f} s")
            told = time.monotonic()
        if left and (sys.stdout.isatty() or time.monotonic() - told > _QUIET):
            told = time.monotonic()
            _say(f"  … {', '.join(map(_at_work, left))}", passing=sys.stdout.isatty())
    return step.why


def _at_work(step: Step) -> str:
    last = next((line.strip() for line in reversed(step.said[:]) if line.strip()), "")
    return f"{step.title}: {step.seconds:.0f} s{f' ({last[:40]})' if last else ''}"


def _say(text: str, passing: bool = False) -> None:
    """Prints a line; on a terminal, over a passing one."""
    if sys.stdout.isatty():
        columns = shutil.get_terminal_size().columns - 1
        print("\r" + " " * columns, end="\r")
        text = text[:columns] if passing else text
    print(text, end="" if passing else "\n", flush=True)


def set_up(wanted: str) -> None:
    """Makes what is wanted and not there, or older than its sources.

    Raises:
        SetupError: A step failed without which cwire does not run.
    """
    stamp = VENV / f".ready-{wanted}"
    driver = Step("C driver", ["make", "-s", "-C", "c_driver"])
    if not _is_fresh(stamp):
        begin = time.monotonic()
        _say("setting up cwire in .venv, which takes about a minute where it is new:")
        if not PYTHON.exists():
            _check(wait(Step("Python environment", [sys.executable, "-m", "venv", str(VENV)])))
        _install(EXTRAS[wanted], driver)
        (VENV / JUPYTER).mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "server_side/cwire_server/jupyter/cwire.json", VENV / JUPYTER)
        for name in list(EXTRAS)[: list(EXTRAS).index(wanted) + 1]:
            (VENV / f".ready-{name}").touch()
        _say(f"  ready after {time.monotonic() - begin:.0f} s")
    driver.join()
    _check(driver.why)
    # Its sources may have changed alone. Without npm's registry it says so, and all else works.
    subprocess.run([str(PYTHON), "client_side/web/bundle.py"], cwd=ROOT, check=False)


def _check(why: str) -> None:
    if why:
        raise SetupError(why)


def _is_fresh(stamp: Path) -> bool:
    """Whether the last installation is newer than all that it was made of."""
    sources = [path for pattern in SOURCES for path in ROOT.glob(pattern)]
    made = stamp.stat().st_mtime if stamp.exists() and PYTHON.exists() else 0.0
    return all(path.stat().st_mtime <= made for path in sources)


def _install(extras: str, driver: Step) -> None:
    """Installs this checkout and what it needs, while the driver is built."""
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
    uv = [str(PYTHON.with_name("uv")), "pip", "install", "--python", str(PYTHON)]
    why = ""
    if not Path(uv[0]).exists():
        why = wait(Step("uv", [*pip, "--quiet", "uv"]))
    if not why:
        why = _install_by(uv, extras, driver, _uv_settings())
    if why:
        _say(f"  pip installs the packages, which takes some minutes, since uv did not: {why}")
        _check(_install_by([*pip, "--progress-bar=off"], extras, driver, {}))


def _install_by(install: list[str], extras: str, driver: Step, env: dict[str, str]) -> str:
    # Without isolation, what it is built with is fetched once, and Node only where there is none.
    requirements = Step("what it is built with", [*install, *_build_requirements()], env=env)
    editable = [*install, "--no-build-isolation", "--editable", f".[{extras}]"]
    return wait(requirements) or wait(
        Step("packages, extension, browser's part", editable, env=env), driver
    )


def _build_requirements() -> list[str]:
    """What setup.py needs: Node only where this machine has none that is new enough."""
    import tomllib  # not before it is known that Python is new enough

    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted: list[str] = tomllib.loads(text)["build-system"]["requires"]
    bundle = runpy.run_path(str(ROOT / "client_side" / "web" / "bundle.py"))
    try:
        bundle["find_node"]()
    except bundle["BundleError"]:
        return wanted
    return [one for one in wanted if not one.startswith("nodejs")]


def _uv_settings() -> dict[str, str]:
    """Gives pip's settings to uv, unless uv has some of its own."""
    listed = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    found = {}
    # What the environment says wins.
    for line in sorted(listed.stdout.splitlines(), key=lambda line: line.startswith(":env:")):
        key, _, value = line.partition("=")
        name = PIP_SETTINGS.get(key.rpartition(".")[2])
        if name and name not in os.environ:
            found[name] = " ".join(str(ast.literal_eval(value)).split())
    # pip takes the newest of all indexes.
    return {"UV_INDEX_STRATEGY": "unsafe-best-match", **found} if "UV_INDEX" in found else found


def main() -> int:
    """The command line; returns the exit status."""
    if sys.version_info < OLDEST:
        print("cwire needs Python >= 3.11; name one: make PYTHON=python3.12", file=sys.stderr)
        return 1
    wanted = sys.argv[1] if len(sys.argv) > 1 else "dev"
    if wanted not in EXTRAS:
        print(f"install.py: {wanted!r} is none of {', '.join(EXTRAS)}", file=sys.stderr)
        return 2
    # The folder itself is locked: two at once would install over each other.
    lock = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("another `make` sets cwire up in this folder: waiting for it", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        set_up(wanted)
    except SetupError as error:
        print(f"cwire setup: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
