"""Every construct that is supported, against programs and objects that real compilers made."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from cwire_structs import wrap
from cwire_structs.compiler import toolchain
from cwire_structs.header import header, libclang
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema.kinds import TextType
from support.c_values import (
    check,
    compare_bytes,
    compare_with_objects,
    compiler,
    fill,
    leaves,
)

ZOO = Path(__file__).with_name("zoo.h")
CROSS = ["powerpc-linux-gnu-gcc", "arm-linux-gnueabihf-gcc"]
# libclang does not know this one: its layouts come from DWARF.
UNKNOWN = "sh4-linux-gnu-gcc"


def test_every_offset_and_value_is_gccs(zoo: wrap.Wrapped, tmp_path: Path) -> None:
    compare_with_objects(zoo.schema, ZOO, "cc", tmp_path)


@pytest.mark.parametrize("name", CROSS)
def test_every_offset_and_value_is_the_cross_compilers(name: str, tmp_path: Path) -> None:
    cc = compiler(name)
    schema = wrap.wrap(ZOO, cc).schema
    assert schema.byte_order == ("big" if "powerpc" in name else "little")
    assert schema.json["abi"]["pointer"] == 4
    compare_with_objects(schema, ZOO, cc, tmp_path)


def test_a_target_that_libclang_does_not_know_is_read_from_dwarf(tmp_path: Path) -> None:
    cc = compiler(UNKNOWN)
    chain = toolchain.find(cc)
    assert header.read_header(ZOO, chain).reader == "DWARF"
    schema = wrap.wrap(ZOO, chain).schema
    assert schema.structs["nested"].doc.startswith("structs in structs")
    compare_with_objects(schema, ZOO, cc, tmp_path)


@pytest.mark.parametrize("name", ["cc", *CROSS])
def test_dwarf_says_what_libclang_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = toolchain.find(compiler(name))
    files = wrap.wrap(ZOO, chain).files
    monkeypatch.setattr(libclang, "knows_target", lambda *_: False)
    assert header.read_header(ZOO, chain).reader == "DWARF"
    assert wrap.wrap(ZOO, chain).files == files


def test_a_program_reads_what_python_wrote(
    zoo: wrap.Wrapped, zoo_classes: ModuleType, tmp_path: Path
) -> None:
    """The other direction with running code: each leaf is compared by C, and written by C."""
    random = Random(5)
    code, payloads, expected = [], b"", []
    for message in zoo.schema.messages.values():
        struct, filled = message.struct, fill(message.struct, random)
        payload = bytes(zoo_classes.MESSAGES[message.id](**filled.values))
        assert payload == bytes(message.type(**filled.values))
        whole = payload.ljust(struct.size, b"\0")
        payloads += whole
        expected.append((message, filled, whole))
        code.append(f"{{ static {struct.c_name} s; fread(&s, sizeof s, 1, stdin);")
        sizes = dict(leaves(struct))
        for path, text in filled.parts:
            known = sizes.get(path.replace("[0]", "").replace("[1]", ""))
            is_text = text.startswith('"')
            length = known.type.size if known and isinstance(known.type, TextType) else 99
            same = f"!strncmp(s{path}, {text}, {length})" if is_text else f"s{path} == {text}"
            if text.startswith("__builtin_complex") or not is_text:
                same = f"s{path} == ({text})"
            code.append(f'if (!({same})) fprintf(stderr, "{struct.name}{path}\\n");')
        code.append(f"{struct.c_name} w = {filled.initializer()};")
        code.append("fwrite(&w, sizeof w, 1, stdout); }")
    source = tmp_path / "reads.c"
    source.write_text(
        f'#include <stdio.h>\n#include <string.h>\n#include "{ZOO}"\n'
        + "int main(void) {\n" + "\n".join(code) + "\nreturn 0; }\n"
    )  # fmt: skip
    subprocess.run(["cc", "-w", str(source), "-o", str(tmp_path / "reads")], check=True)
    done = subprocess.run(
        [str(tmp_path / "reads")], input=payloads, capture_output=True, check=True
    )
    assert done.stderr.decode() == ""
    raw = done.stdout
    for message, filled, _ in expected:
        data, raw = raw[: message.size], raw[message.struct.size :]
        check(zoo_classes.MESSAGES[message.id].from_bytes(data), filled.values)
        check(message.type.from_bytes(data), filled.values)


def test_both_routes_agree_on_the_zoo(zoo: wrap.Wrapped, zoo_classes: ModuleType) -> None:
    random = Random(7)
    for message in zoo.schema.messages.values():
        compiled = zoo_classes.MESSAGES[message.id]
        for _ in range(20):
            filled = fill(message.struct, random)
            payload = bytes(message.type(**filled.values))
            for cls in (compiled, message.type):
                compare_bytes(cls, payload, filled)
            noise = random.randbytes(message.size)
            one, other = compiled.from_bytes(noise), message.type.from_bytes(noise)
            assert bytes(one) == bytes(other) == noise
            assert repr(one) == repr(other)
            assert repr(one.to_dict()) == repr(other.to_dict())


def test_docs_constants_and_ids_of_the_zoo(zoo: wrap.Wrapped) -> None:
    schema = zoo.schema
    assert schema.constants == {"ZOO_ROWS": 2, "ZOO_SCALE": 0.125}
    assert {0x101, 0x102, 0x103} < set(schema.by_id)
    nested = schema.structs["nested"]
    assert nested.doc == "structs in structs, with and without names"
    assert nested.by_name["first"].doc == "The first one. It goes on."
    assert (nested.by_name["deep"].doc, nested.by_name["deep"].unit) == ("In the depth.", "mm")
    assert schema.structs["texts"].by_name["class"].doc == "A keyword of Python."
    assert schema.enums["small"].docs == {"SMALL_A": "The first."}
    sizes = {name: enum.size for name, enum in schema.enums.items()}
    assert sizes["small"] == 1
    assert sizes["wide"] == 8
    assert schema.enums["numbers__color"].values == {"RED": 0, "GREEN": 300}
    assert schema.structs["aligned"].align == 64


def test_the_stub_has_every_class_and_field(zoo: wrap.Wrapped, zoo_classes: ModuleType) -> None:
    tree = ast.parse(zoo.files["zoo.pyi"])
    stubs = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for cls in zoo_classes.MESSAGES.values():
        methods = {one.name for one in stubs[cls.__name__].body if isinstance(one, ast.FunctionDef)}
        assert set(cls.__match_args__) | {"to_dict", "from_dict", "from_bytes"} <= methods
    assert {"Small", "NumbersColor", "NestedCorners", "NestedChoices"} < set(stubs)
    assert not any("Anonymous" in name for name in stubs)


def test_warnings_name_what_differs_between_targets(zoo: wrap.Wrapped) -> None:
    text = "\n".join(zoo.warnings)
    for name, kind in (("l", "long"), ("ul", "unsigned long"), ("size", "size_t")):
        assert f"struct numbers.{name} is a {kind}, whose size differs between targets" in text
    assert text.count("whose size differs") == 3
    assert "struct aligned has bytes that no member names" in text
    assert "63 before b" in text
    assert "half_packed has" in text
    assert "struct packed_flags" not in text


def test_only_some_messages(zoo: wrap.Wrapped) -> None:
    schema = wrap.wrap(ZOO, "cc", Choice(only=("variant",))).schema
    assert list(schema.messages) == ["variant"]
    assert "numbers" not in schema.structs
