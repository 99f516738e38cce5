"""The Angular service: checked by TypeScript, and run with the real Angular and RxJS under Node."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.node import NODE, TSC, node_options, npm_packages
from support.ports import held_port
from support.processes import ROOT

EXAMPLE = ROOT / "client_side" / "examples" / "cwire.service.ts"
TEST = Path(__file__).with_name("angular_service.test.mjs")
# As an app has them; `target` lets decorators stay what Angular's compiler reads.
OPTIONS = (
    *("--strict", "--noImplicitOverride", "--noPropertyAccessFromIndexSignature"),
    *("--experimentalDecorators", "--skipLibCheck", "--declaration"),
    *("--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom,dom.iterable"),
)
WRONG = """
import { type CwireService } from "./cwire.service.js";
declare const cwire: CwireService;
cwire.call<number>("add", { a: 1 }, { deadline: 5 }).subscribe((sum) => sum.toFixed());
cwire.frames$("scope_block", { policy: "latest" }).subscribe((batch) => batch.count.toFixed());
// @ts-expect-error: no such policy
cwire.frames$("scope_block", { policy: "lates" });
// @ts-expect-error: no such option
cwire.stream("scan", {}, { deadlin: 5 });
// @ts-expect-error: no such state
cwire.connection$.subscribe(({ state }) => state === "opened");
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an app that has copied the service, compiled."""
    packages = npm_packages()
    folder = tmp_path_factory.mktemp("app")
    (folder / "package.json").write_text('{"name": "app", "type": "module"}')
    modules = folder / "node_modules"
    modules.mkdir()
    for name in ("@angular", "rxjs"):
        (modules / name).symlink_to(packages / name)
    (modules / "cwire").symlink_to(ROOT / "client_side" / "web" / "npm")
    shutil.copy(EXAMPLE, folder)
    (folder / "wrong.ts").write_text(WRONG)
    done = subprocess.run(
        [str(NODE), str(TSC), *OPTIONS, EXAMPLE.name, "wrong.ts"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return folder


def test_it_is_angulars_and_rxjs_own(app: Path, built_driver: None, runtime: Path) -> None:
    (app / TEST.name).write_text(TEST.read_text())
    # It finds the sources' programs from where it is.
    programs = (ROOT / "tests" / "web" / "processes.mjs").as_uri()
    (app / "processes.mjs").write_text(f'export * from "{programs}";')
    with held_port() as port:
        done = subprocess.run(
            [str(NODE), *node_options(), "--test", TEST.name],
            cwd=app,
            env={
                **os.environ,
                "CWIRE_PYTHON": sys.executable,
                "CWIRE_PORT": str(port),
                "PYTHONPATH": str(ROOT / "tests"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
