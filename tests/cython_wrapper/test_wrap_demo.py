"""`cwire wrap` on the demo header: stale files, and every field against a program of gcc's."""

from __future__ import annotations

import json
import re
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clang import cindex

from cwire_structs import wrap
from cwire_structs.compiler import toolchain
from cwire_structs.schema import Schema, dtypes
from cwire_structs.schema.document import compact
from cwire_structs.schema.kinds import ArrayType, EnumType, NumberType, TailType, TextType

DRIVER = Path(__file__).parents[2] / "c_driver"
HEADER = DRIVER / "messages.h"


def test_regenerating_changes_nothing(demo: wrap.Wrapped) -> None:
    """The committed files are what the header makes: run `cwire wrap c_driver/messages.h`."""
    if demo.toolchain.target != "x86_64-linux-gnu":
        pytest.skip("the committed files were made for x86_64-linux-gnu")
    for name, text in demo.files.items():
        assert (DRIVER / "generated" / name).read_text() == text, name
    assert {path.name for path in (DRIVER / "generated").iterdir()} >= set(demo.files)


def test_wrapping_is_deterministic_and_knows_no_paths(demo: wrap.Wrapped) -> None:
    assert wrap.wrap(HEADER, "cc").files == demo.files
    for text in demo.files.values():
        assert str(DRIVER.parent) not in text


def test_the_readable_schema_is_the_travelling_one(demo: wrap.Wrapped) -> None:
    document = json.loads(demo.files["messages.schema.json"])
    assert document == demo.schema.json
    data = ",".join(str(byte) for byte in compact(document))
    assert data in "".join(demo.files["messages_schema.h"].split())


def test_every_offset_and_size_is_the_compilers(schema: Schema, tmp_path: Path) -> None:
    lines, expected = [], []
    for item in schema.structs.values():
        lines.append(f'printf("%zu\\n", sizeof({item.c_name}));')
        expected.append(item.size)
        for field in item.fields:
            lines.append(f'printf("%zu\\n", offsetof({item.c_name}, {field.name}));')
            expected.append(field.offset)
            if not isinstance(field.type, TailType):
                lines.append(f'printf("%zu\\n", sizeof((({item.c_name} *)0)->{field.name}));')
                expected.append(field.size)
    output = run_c("\n".join(lines), tmp_path)
    assert [int(line) for line in output.split()] == expected


def assignment(target: str, type_: Any, seed: int) -> tuple[str, Any]:
    """Returns C that writes a value, and the value."""
    if isinstance(type_, TextType):
        return f'strcpy({target}, "text {seed}");', f"text {seed}".encode()
    if isinstance(type_, EnumType):
        value = list(type_.enum.values.values())[seed % len(type_.enum.values)]
        return f"{target} = {value};", value
    if isinstance(type_, NumberType):
        number: Any = seed + 0.25 if type_.kind == "float" else seed % 2 if seed % 3 else seed % 100
        if type_.kind == "int":
            number = -seed
        if type_.kind == "bool":
            number = bool(seed % 2)
        return f"{target} = {int(number) if type_.kind != 'float' else number};", number
    if isinstance(type_, ArrayType):
        texts, values = [], np.empty(type_.shape, object)
        for count, index in enumerate(np.ndindex(*type_.shape)):
            steps = "".join(f"[{step}]" for step in index)
            text, values[index] = assignment(target + steps, type_.of, seed + count % 90)
            texts.append(text)
        return "\n".join(texts), values
    texts, members = [], {}
    for offset, field in enumerate(type_.struct.fields):
        text, members[field.name] = assignment(f"{target}.{field.name}", field.type, seed + offset)
        texts.append(text)
    return "\n".join(texts), members


def check(found: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        for name, value in expected.items():
            check(found[name], value)
    elif isinstance(expected, np.ndarray):
        assert found.shape == expected.shape
        for index in np.ndindex(*expected.shape):
            check(found[index], expected[index])
    else:
        assert found == expected


def test_values_written_by_c_are_read_back(schema: Schema, tmp_path: Path) -> None:
    code, expected = [], []
    for number, item in enumerate(schema.structs.values()):
        values = {}
        code += [f"{{ {item.c_name} *s = calloc(1, sizeof *s + 64);"]
        for seed, field in enumerate(item.fields):
            if not isinstance(field.type, TailType):
                text, values[field.name] = assignment(f"s->{field.name}", field.type, number + seed)
                code.append(text)
        expected.append(values)
        code.append("fwrite(s, sizeof *s, 1, stdout); free(s); }")
    raw = run_c("\n".join(code), tmp_path, text=False)
    for item, values in zip(schema.structs.values(), expected, strict=True):
        record = np.frombuffer(raw[: item.size], np.dtype(message_dtype(schema, item.name)), 1)[0]
        check(record, values)
        raw = raw[item.size :]
    assert raw == b""


def message_dtype(schema: Schema, name: str) -> np.dtype[Any]:
    return dtypes.struct_dtype(schema.structs[name])


def run_c(body: str, folder: Path, *, text: bool = True) -> Any:
    source = folder / "truth.c"
    source.write_text(
        "#include <stddef.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
        f'#include "{HEADER}"\nint main(void) {{\n{body}\nreturn 0; }}\n'
    )
    program = folder / "truth"
    subprocess.run(["cc", "-w", "-o", str(program), str(source)], check=True)
    return subprocess.run([str(program)], check=True, capture_output=True, text=text).stdout


PADDED = "#include <stdint.h>\nenum message_id { PAIR = 1 };\nstruct pair { uint8_t a; double b; };"
USER = """
#include "messages_schema.h"
int main(void) { return messages_schema.count == 16 && messages_schema.json[0] == '{' ? 0 : 1; }
"""
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def compile_user(
    compiler: list[str], folder: Path, suffix: str
) -> subprocess.CompletedProcess[str]:
    source = folder / f"user{suffix}"
    source.write_text(USER)
    include = [f"-I{path}" for path in (DRIVER, DRIVER / "include", DRIVER / "generated")]
    command = [*compiler, *include, str(source), "-o", str(folder / "user")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("compiler", "suffix"),
    [
        (["cc", "-std=c99"], ".c"),
        (["cc", "-std=c11"], ".c"),
        (["c++", "-std=c++11"], ".cpp"),
        (["c++", "-std=c++20"], ".cpp"),
    ],
)
def test_the_drivers_header_compiles_without_a_warning(
    compiler: list[str], suffix: str, tmp_path: Path
) -> None:
    done = compile_user([*compiler, *STRICT], tmp_path, suffix)
    assert done.returncode == 0, done.stderr
    assert subprocess.run([str(tmp_path / "user")], check=False).returncode == 0


@pytest.mark.parametrize(("compiler", "suffix"), [("cc", ".c"), ("c++", ".cpp")])
@pytest.mark.parametrize("what", ["short enums", "header changed"])
def test_another_layout_does_not_compile(
    what: str, compiler: str, suffix: str, tmp_path: Path
) -> None:
    flag = "-fshort-enums"
    if what == "header changed":
        changed = HEADER.read_text().replace("SCOPE_SAMPLES 1024", "SCOPE_SAMPLES 1000")
        (tmp_path / "messages.h").write_text(changed)
        flag = f"-I{tmp_path}"
    done = compile_user([compiler, flag], tmp_path, suffix)
    assert done.returncode != 0
    assert "messages_scope_block_size" in done.stderr or "messages_waveform" in done.stderr


@pytest.mark.parametrize("compiler", ["cc", "c++"])
def test_a_packed_build_does_not_compile(
    compiler: str, wrap_text: Callable[..., wrap.Wrapped], tmp_path: Path
) -> None:
    wrap.write(wrap_text(PADDED), tmp_path)
    (tmp_path / "unit.h").write_text(PADDED)
    suffix = ".c" if compiler == "cc" else ".cpp"
    source = tmp_path / f"packed{suffix}"
    source.write_text('#include "unit_schema.h"\nint main(void) { return unit_schema.count - 1; }')
    command = [compiler, f"-I{tmp_path}", f"-I{DRIVER / 'include'}", str(source), "-o", "/dev/null"]
    assert subprocess.run(command, check=False).returncode == 0
    packed = [*command, "-fpack-struct"]
    done = subprocess.run(packed, capture_output=True, text=True, check=False)
    assert "unit_pair_b_offset" in done.stderr


ANOTHER = """
#include <stdint.h>
enum mode { OLD,
#ifdef NEW
STANDBY,
#endif
ON };
enum wide { LOW = INT64_MIN, HIGH = INT64_MAX };
enum top { TOP = UINT64_MAX };
enum message_id { M = 1 };
struct m {
    enum mode mode;
    enum wide wide;
    enum top top;
    struct { enum { A,
#ifdef INNER
    SKIPPED,
#endif
    B } inner; } in[2];
#ifdef NEW
    float v, w; int64_t d; float g[3][2]; char t[2][4]; char u[4][2]; int32_t tail[];
#else
    int32_t v; uint32_t w; double d; float g[2][3]; char t[4][2]; char u[8]; float tail[];
#endif
};
"""
PICKY = "-Wall -Wextra -Wconversion -Wdouble-promotion -Wsign-conversion -Wfloat-conversion"


@pytest.mark.parametrize("compiler", ["cc -std=gnu99", "cc -std=c11", "c++ -std=c++11"])
def test_a_build_with_another_macro_does_not_compile(
    compiler: str, wrap_text: Callable[..., wrap.Wrapped], tmp_path: Path
) -> None:
    """All sizes and offsets are the same: the values, the shapes and the kinds are not."""
    wrap.write(wrap_text(ANOTHER), tmp_path)
    source = tmp_path / ("another.cpp" if "++" in compiler else "another.c")
    source.write_text('#include "unit_schema.h"\nint main(void) { return unit_schema.count != 1; }')
    include = [f"-I{tmp_path}", f"-I{DRIVER / 'include'}"]
    command = [*compiler.split(), *PICKY.split(), *include, str(source), "-o", "/dev/null"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    done = subprocess.run([*command, "-DNEW"], capture_output=True, text=True, check=False)
    wrong = {match[1] for match in re.finditer(r"error: .*?unit_(\w+)", done.stderr)}
    kinds = {"m_v_kind", "m_w_kind", "m_d_kind", "m_tail_kind"}
    shapes = {"m_g_element_size", "m_t_element_size", "m_u_element_size"}
    assert wrong == {"ON_value"} | kinds | shapes
    done = subprocess.run([*command, "-DINNER"], capture_output=True, text=True, check=False)
    assert ("unit_B_value" in done.stderr) == ("++" not in compiler)


def test_clang_as_cpp_has_nothing_to_say() -> None:
    arguments = ["-x", "c++", "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-nostdinc"]
    for folder in (DRIVER, DRIVER / "include", DRIVER / "generated"):
        arguments.append(f"-I{folder}")
    for system in toolchain.find("cc").include_dirs:
        arguments += ["-isystem", system]
    unit = cindex.Index.create().parse("u.cpp", arguments, unsaved_files=[("u.cpp", USER)])
    assert [str(diagnostic) for diagnostic in unit.diagnostics] == []


def test_the_json_bytes_are_lines_of_reasonable_width(demo: wrap.Wrapped) -> None:
    assert max(map(len, demo.files["messages_schema.h"].splitlines())) <= 100


def test_short_enums_are_proved_right() -> None:
    shorter = wrap.wrap(HEADER, "cc -fshort-enums").schema
    assert shorter.enums["waveform_shape"].size == 1
    assert shorter.json["source"]["flags"] == ["-fshort-enums"]
    payload = shorter.messages["set_waveform"].encode({"shape": "NOISE"})
    assert struct.unpack_from("<IB", payload) == (0, 3)
