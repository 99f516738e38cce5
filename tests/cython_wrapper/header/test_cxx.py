"""C++ headers of plain data: read in C++ mode, proved with the C++ compiler."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from cwire_structs import wrap
from cwire_structs.compiler import toolchain
from cwire_structs.compiler.object_file import ObjectFile
from cwire_structs.errors import WrapError
from cwire_structs.header.constant_choice import ConstantChoice
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema.kinds import ArrayType, EnumType

CASES = Path(__file__).parents[1] / "cases"
INCLUDE = Path(__file__).parents[3] / "c_driver" / "include"
LIDAR = CASES / "lidar.hpp"


@pytest.fixture(scope="module")
def lidar() -> wrap.Wrapped:
    return wrap.wrap(LIDAR, "cc", Choice(ids={"report": 3}))


def constants(source: str, folder: Path, command: str = "c++") -> ObjectFile:
    """Compiles variables; nothing is run."""
    path, made = folder / "truth.cpp", folder / "truth.o"
    path.write_text(f'#include "{LIDAR}"\n{source}\n')
    subprocess.run([*command.split(), "-w", "-c", str(path), "-o", str(made)], check=True)
    return ObjectFile(made.read_bytes())


def test_chars_of_an_alias_that_names_numbers_are_numbers(tmp_path: Path) -> None:
    header = tmp_path / "unit.hpp"
    header.write_text(
        "#include <array>\nnamespace dev { using s8 = char;\n/** @msg 1 */\n"
        "struct m { s8 a[2]; std::array<s8, 3> b; std::array<char, 4> c; char d;\n"
        "std::array<unsigned char, 2> e; /**< @text */ }; }\n"
    )
    message = wrap.wrap(header, "cc").schema.messages["m"]
    data = b"\xfb\1\2\xff\0text\xfeok"
    values = {"a": [-5, 1], "b": [2, -1, 0], "c": "text", "d": -2, "e": "ok"}
    assert message.type.from_bytes(data).to_dict() == values
    assert bytes(message.type.from_dict(values)) == data


SCAN = """
extern const lidar::scan set = {
    0x01020304, lidar::mode::off, lidar::BAD, {{1, 2}, {-3, 4}}, {{5, -6, 7}}, true, 0xabc,
    lidar::mode::fast, {8, u'x'}, {.5f}, "abc"};
extern const lidar::scan left = {};
extern const pump::state state = {{2.5}, {1, -1}};
"""


def test_values_are_the_compilers(lidar: wrap.Wrapped, tmp_path: Path) -> None:
    found = constants(SCAN, tmp_path)
    messages = lidar.schema.messages
    scan = messages["scan"].type.from_bytes(found.symbol("set"))
    assert (scan.stamp, scan.m, scan.s) == (0x01020304, 0, 1)
    assert [(one.x, one.y) for one in scan.points] == [(1, 2), (-3, 4)]
    assert scan.gyro.tolist() == [5, -6, 7]
    assert (scan.ok, scan.range, scan.bits) == (True, 0xABC, 3)
    assert (scan.inner.a, scan.inner.b, scan.f, scan.name) == (8, ord("x"), 0.5, "abc")
    assert bytes(messages["scan"].type.from_dict(scan.to_dict()))[:4] == bytes([4, 3, 2, 1])
    left = messages["scan"].type.from_bytes(found.symbol("left"))
    assert (left.stamp, left.m, left.s, left.points[1].y) == (5, 200, -1, 1)
    state = messages["state"].type.from_bytes(found.symbol("state"))
    assert (state.p.z, state.q.x, state.q.y) == (2.5, 1, -1)


def test_patterns_with_namespaces() -> None:
    def messages(**choice: tuple[str, ...]) -> set[str]:
        return {*wrap.wrap(LIDAR, None, Choice(**choice)).schema.messages}  # type: ignore[arg-type]

    assert messages(all=("*",), only=("pump::*",)) == {"state", "pump_point"}
    assert messages(all=("lidar::p*", "pump::st*")) == {"scan", "state", "lidar_point"}
    with pytest.raises(WrapError, match=r"--only lab::\*: there is no such message"):
        messages(all=("*",), only=("lab::*",))


def test_names_have_namespaces_where_they_must(lidar: wrap.Wrapped) -> None:
    schema = lidar.schema
    assert set(schema.structs) >= {"scan", "state", "report", "lidar_point", "pump_point"}
    assert schema.structs["scan"].c_name == "lidar::scan"
    assert schema.enums["mode"].values == {"off": 0, "fast": 3, "on": 200}
    assert schema.enums["status"].values == {"GOOD": -1, "BAD": 1}
    assert schema.structs["scan"].doc == "One scan."
    assert schema.structs["scan"].by_name["stamp"].unit == "ms"
    bits = schema.structs["scan"].by_name["bits"].type
    assert isinstance(bits, EnumType)
    assert bits.enum.name == "mode"
    gyro = schema.structs["scan"].by_name["gyro"].type
    assert isinstance(gyro, ArrayType)
    assert gyro.shape == (3,)


def test_constexpr_numbers_are_constants(lidar: wrap.Wrapped) -> None:
    assert lidar.schema.constants == {
        "LIDAR_MACRO": 12, "beams": 2, "rate": 0.5, "lidar_scan_version": 7,
        "lidar_v2_report_version": -8, "large": 18446744073709551615,
    }  # fmt: skip


def test_the_drivers_header_is_cplusplus(lidar: wrap.Wrapped, tmp_path: Path) -> None:
    wrap.write(lidar, tmp_path)
    driver = tmp_path / "driver.cpp"
    driver.write_text('#include "lidar_schema.h"\nlidar::scan scan;\n')
    how = [f"-I{CASES}", f"-I{INCLUDE}", "-fsyntax-only"]
    for standard in ("c++14", "c++17", "c++20"):
        flags = ["-Wall", "-Wextra", "-Werror", "-Wno-unused", f"-std={standard}"]
        subprocess.run(["c++", *flags, *how, str(driver)], check=True)
    for flag, complaint in (("-DNARROW", "lidar_scan"), ("-xc", "lidar.hpp is C")):
        done = subprocess.run(["cc", flag, *how, str(driver)], capture_output=True, text=True)
        assert done.returncode
        assert complaint in done.stderr
    assert json.loads(lidar.files["lidar.schema.json"])["source"]["header"] == "lidar.hpp"


def test_the_classes_are_compiled_as_cplusplus(
    lidar: wrap.Wrapped, compile_classes: Callable[[wrap.Wrapped, Path], ModuleType], tmp_path: Path
) -> None:
    module = compile_classes(lidar, LIDAR)
    found = constants(SCAN, tmp_path).symbol("set")
    message = lidar.schema.messages["scan"]
    one, other = module.MESSAGES[1].from_bytes(found), message.type.from_bytes(found)
    assert one.to_dict() == other.to_dict()
    assert bytes(module.MESSAGES[1](**one.to_dict())) == bytes(message.type(**other.to_dict()))


def test_cross_compilers(tmp_path: Path) -> None:
    cc = "powerpc-linux-gnu-gcc"
    if shutil.which("powerpc-linux-gnu-g++") is None:
        pytest.skip("there is no powerpc-linux-gnu-g++ here (tests/install_cross_compilers.sh)")
    made = wrap.wrap(LIDAR, cc)
    assert str(made.toolchain) == "powerpc-linux-gnu-g++"
    found = constants(SCAN, tmp_path, "powerpc-linux-gnu-g++")
    scan = made.schema.messages["scan"].type.from_bytes(found.symbol("set"))
    assert (scan.stamp, scan.ok, scan.range, scan.bits) == (0x01020304, True, 0xABC, 3)


@pytest.mark.parametrize("name", ["cxx_tag.h", "cxx_default.h"])
def test_what_only_cplusplus_takes_is_cplusplus(name: str) -> None:
    made = wrap.wrap(CASES / name, "cc", Choice(ids={"Motion": 1}))
    assert made.schema.messages["Motion"].struct.by_name["x"].type.size == 12
    assert made.warnings[0] == f"{name}: cc does not take it: it was read as C++, with c++"
    assert made.toolchain.language == "c++"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("struct M { virtual ~M(); int a; };", "M has the virtual function ~M, and so a pointer"),
        ("struct M { virtual int f() const; int a; };", "M has the virtual function f"),
        ("struct B { int b; }; struct M : B { int a; };", "of its own and of its base B, which"),
        ("struct B { int b; }; struct M : B { };", "M has the members of its base B; wrap that"),
        ("struct B { virtual int f(); }; struct M : B { int a; };", "the virtual function f"),
        ("class M { int a; };", "M has the private member a; make the data members public"),
        ("class M { public: int a; protected: int b; };", "M has the protected member b"),
        ("struct M { int &a; };", "M.a is a reference, which is a pointer in there"),
        ("struct M { int *a; };", "M.a is a pointer"),
        ("struct B { int b; }; struct M { B B::*a; int b; };", "M.a is a"),
        ("#include <string>\nstruct M { std::string a; };", "std::.*string.* has the"),
        (
            "#include <vector>\nstruct M { std::vector<int> a; };",
            r"std::vector<int> holds only what it inherits",
        ),
        ("struct M { M(const M &); int a; };", "M is not copied byte by byte"),
    ],
)
def test_what_is_not_standard_layout_is_refused(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "unit.hpp"
    path.write_text(text)
    with pytest.raises(WrapError, match=complaint):
        wrap.wrap(path, "cc", Choice(ids={"M": 1}))


def test_methods_and_statics_and_an_empty_base_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "unit.hh"
    path.write_text(
        """
        struct tag {};
        template <typename T> struct pair { T first, second; };
        struct M : tag {
            M() : a(1) {}
            static int count;
            int sum() const { return a; }
            bool operator==(const M &other) const;
            short a; pair<float> b[2]; bool c;
            enum class color : unsigned char { red = 1 } d;
        };
        extern "C" { struct N { int z; }; }
        """
    )
    schema = wrap.wrap(path, "cc", Choice(ids={"M": 1, "N": 2})).schema
    fields = {one.name: (one.offset, one.size) for one in schema.messages["M"].struct.members}
    assert fields == {"a": (0, 2), "b": (4, 16), "c": (20, 1), "d": (21, 1)}
    assert schema.structs["pair_float"].size == 8


def test_ids_by_an_enum_class(tmp_path: Path) -> None:
    path = tmp_path / "unit.hpp"
    path.write_text("namespace a { enum class message_id { M = 5 }; struct m { int b; }; }")
    made = wrap.wrap(path, "cc")
    assert made.schema.messages["m"].id == 5
    assert "(long long)a::message_id::M == 5" in made.files["unit_schema.h"]


def test_an_ambiguous_name_needs_its_namespace(tmp_path: Path) -> None:
    path = tmp_path / "unit.hpp"
    path.write_text("namespace a { struct m { int x; }; } namespace b { struct m { char y; }; }")
    for name in ("b_m", "b::m"):
        made = wrap.wrap(path, "cc", Choice(ids={name: 1}))
        assert [one.size for one in made.schema.messages.values()] == [1]
    with pytest.raises(WrapError, match="there is no struct m"):
        wrap.wrap(path, "cc", Choice(ids={"m": 1}))


def test_errors_of_cplusplus_are_the_cplusplus_compilers(tmp_path: Path) -> None:
    path = tmp_path / "unit.hpp"
    path.write_text("namespace a { struct m { unknown x; }; }")
    with pytest.raises(WrapError, match=r"c\+\+ does not compile unit.hpp:(.|\n)*'unknown'"):
        wrap.wrap(path, "cc")


def test_the_compiler_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.delenv("CC", raising=False)
    chain = toolchain.find("cc", None, ["-std=gnu11", "-DX=1"])
    assert str(chain.cxx()) == "c++ -DX=1"
    assert str(toolchain.find("gcc").cxx("g++ -O2")) == "g++ -O2"
    monkeypatch.setenv("CXX", "g++ -DY")
    assert str(toolchain.find().cxx()) == "g++ -DY"
    path = tmp_path / "unit.h"
    path.write_text("struct m { int a; };")
    made = tmp_path / "made"
    arguments = [str(path), "--id", "m=1", "-o", str(made), "--cxx", "g++"]
    assert wrap.main(arguments) == 0
    assert "m = 1" not in (made / "unit_schema.h").read_text()
    assert "unit.h is C++" in (made / "unit_schema.h").read_text()


def test_without_a_cplusplus_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXX", raising=False)
    folder = tmp_path / "bin"
    folder.mkdir()
    cc = folder / "only-gcc"
    cc.symlink_to(str(shutil.which("gcc")))
    path = tmp_path / "unit.h"
    path.write_text("namespace a { struct m { int x; }; }")
    with pytest.raises(WrapError, match=r"looks like C\+\+, but there is no program .*only-g\+\+"):
        wrap.wrap(path, str(cc), Choice(ids={"m": 1}))


BULK = """#include <cstdint>
namespace a { struct point { int x; }; enum { DEPTH = 4 }; constexpr int limit = 3; }
namespace b {
struct point { float y; };
enum class mode : std::uint8_t { off, full = 255 };
/** @msg 9 */
struct state { /** @enum mode */ std::uint8_t m; };
class owner { enum hidden { H }; static constexpr int secret = 1; struct inner { int i; }; };
struct linked { linked *next; };
}
enum ids { ID_STATE = 9 };
"""


def test_whole_headers_and_constants(tmp_path: Path) -> None:
    header = tmp_path / "bulk.hpp"
    header.write_text(BULK)
    result = wrap.wrap(header, "cc", Choice(all=("*",)))
    schema = result.schema
    ids = {one.name: one.id for one in schema.messages.values()}
    assert ids == {"a_point": 1, "b_point": 2, "state": 9}
    assert schema.constants == {"DEPTH": 4, "limit": 3}
    assert schema.enums["mode"].values == {"off": 0, "full": 255}
    assert schema.structs["state"].by_name["m"].type.to_json()["enum"] == "mode"
    assert sum("is left out" in one for one in result.warnings) == 2
    some = wrap.wrap(header, "cc", Choice(ids_enum="ids", only=("b::state",)), ConstantChoice("l*"))
    assert list(some.schema.messages) == ["state"]
    assert some.schema.constants == {"limit": 3}
    one = wrap.wrap(header, "cc", Choice(ids={"b::point": 4}, only=("b::point", "b::state")))
    assert [message.name for message in one.schema.messages.values()] == ["b_point", "state"]
