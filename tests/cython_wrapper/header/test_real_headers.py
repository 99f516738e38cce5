"""Headers that others wrote: Debian's linux/*.h, wrapped as they are and compared with gcc.

Every struct of these headers is a message, but for those that hold a pointer, which are refused.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cwire_structs import wrap
from cwire_structs.compiler import toolchain
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema import Schema
from cwire_structs.schema.fields import Field, Struct
from cwire_structs.schema.kinds import ArrayType, NumberType, StructType, TailType
from support.c_values import compiled_constants

STRUCTS = {
    "can": "can_frame canfd_frame canxl_frame sockaddr_can can_filter",
    "input": "input_event input_id input_absinfo input_keymap_entry ff_replay ff_trigger "
    "ff_envelope ff_constant_effect ff_ramp_effect ff_condition_effect ff_rumble_effect",
    "if_link": "rtnl_link_stats rtnl_link_stats64 rtnl_link_ifmap ifla_cacheinfo ifla_vf_mac "
    "ifla_vf_rate ifla_port_vsi tunnel_msg",
    "rtnetlink": "rtattr rtmsg rtnexthop rtvia rta_cacheinfo rta_session ifinfomsg prefixmsg tcmsg",
    "netlink": "sockaddr_nl nlmsghdr nlmsgerr nl_mmap_hdr nlattr nla_bitfield32",
    "gpio": "gpiochip_info gpio_v2_line_attribute gpio_v2_line_config gpio_v2_line_request "
    "gpio_v2_line_info gpio_v2_line_info_changed gpio_v2_line_event gpioevent_data",
    "rtc": "rtc_time rtc_wkalrm rtc_pll_info",
    "joystick": "js_event js_corr JS_DATA_TYPE JS_DATA_SAVE_TYPE_32",
    "if_ether": "ethhdr",
    "ip": "iphdr ip_auth_hdr ip_esp_hdr ip_comp_hdr ip_beet_phdr",
    "tcp": "tcphdr tcp_repair_opt tcp_info",
    "icmp": "icmphdr icmp_filter",
    "taskstats": "taskstats",
}
CROSS = ["powerpc-linux-gnu-gcc", "arm-linux-gnueabihf-gcc"]


def real_header(chain: toolchain.Toolchain, name: str) -> Path:
    """The header that this compiler finds."""
    for folder in chain.include_dirs:
        path = Path(folder, "linux", f"{name}.h")
        if path.is_file():
            return path
    pytest.skip(f"{chain} has no linux/{name}.h here (Debian: linux-libc-dev, of a target -cross)")


def wrapped(chain: toolchain.Toolchain, name: str) -> tuple[Schema, Path]:
    path = real_header(chain, name)
    # An older or newer kernel's headers may lack one: what is there must be right.
    text = path.read_text()
    names = [one for one in STRUCTS[name].split() if f"struct {one} {{" in text]
    assert names
    ids = {one: number for number, one in enumerate(names, 1)}
    schema = wrap.wrap(path, chain, Choice(ids=ids)).schema
    assert list(schema.messages) == names
    return schema, path


def questions(schema: Schema) -> Iterator[tuple[str, int]]:
    """Constant expressions in C for every leaf of every message, and what the schema says."""
    for message in schema.messages.values():
        c_name = message.struct.c_name
        yield f"sizeof({c_name})", message.struct.size
        yield from inner_questions(c_name, message.struct, "", 0)


def inner_questions(c_name: str, struct: Struct, path: str, base: int) -> Iterator[tuple[str, int]]:
    for one in struct.fields:
        if one.bits is None:
            yield from field_questions(c_name, one, f"{path}{one.name}", base + one.offset)


def field_questions(c_name: str, one: Field, path: str, at: int) -> Iterator[tuple[str, int]]:
    yield f"__builtin_offsetof({c_name}, {path})", at
    type_: Any = one.type
    if isinstance(type_, TailType):
        return
    member, size = f"(({c_name} *)0)->{path}", one.size
    yield f"sizeof({member})", size
    step = ""
    for count in type_.shape if isinstance(type_, ArrayType) else ():
        step, size = f"{step}[0]", size // count
        yield f"sizeof({member}{step})", size
    of = type_.of if isinstance(type_, ArrayType) else type_
    if isinstance(of, StructType):
        yield from inner_questions(c_name, of.struct, f"{path}{step}.", at)
    elif isinstance(of, NumberType) and of.kind in ("int", "uint"):
        yield f"(__typeof__({member}{step}))-1 < 0", int(of.kind == "int")


def bit_fields(schema: Schema) -> Iterator[tuple[Struct, Field]]:
    for message in schema.messages.values():
        for one in message.struct.fields:
            if one.bits is not None:
                yield message.struct, one


def expected_bits(struct: Struct, one: Field) -> bytes:
    assert one.bits is not None
    mask = ((1 << one.bits.width) - 1 << one.bits.shift).to_bytes(one.size, one.bits.byte_order)
    return (bytes(one.offset) + mask).ljust(struct.size, b"\0")


@pytest.mark.parametrize("name", STRUCTS)
def test_every_field_is_where_a_program_says(name: str, tmp_path: Path) -> None:
    """Compiled and run: sizes and offsets of all leaves, and the bytes of each bit field."""
    schema, path = wrapped(toolchain.find("cc"), name)
    asked = list(questions(schema))
    bits = list(bit_fields(schema))
    code = [f'printf("%lld\\n", (long long)({expression}));' for expression, _ in asked]
    for struct, one in bits:
        code.append(f"{{ {struct.c_name} s; memset(&s, 0, sizeof s); s.{one.name} = -1;")
        code.append("const unsigned char *p = (const void *)&s;")
        code.append('for (unsigned i = 0; i < sizeof s; i++) printf("%02x", p[i]); puts(""); }')
    source = tmp_path / "asks.c"
    source.write_text(
        f'#include "{path}"\n#include <stdio.h>\n#include <string.h>\n'
        + "int main(void) {\n" + "\n".join(code) + "\nreturn 0; }\n"
    )  # fmt: skip
    program = tmp_path / "asks"
    subprocess.run(["cc", "-w", str(source), "-o", str(program)], check=True)
    said = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
    lines = said.splitlines()
    told = zip((expression for expression, _ in asked), map(int, lines), strict=False)
    assert dict(told) == dict(asked)
    assert lines[len(asked) :] == [expected_bits(*one).hex() for one in bits]


@pytest.mark.parametrize("name", STRUCTS)
@pytest.mark.parametrize("cc", CROSS)
def test_every_field_is_where_the_cross_compilers_put_it(
    cc: str, name: str, tmp_path: Path
) -> None:
    if shutil.which(cc) is None:
        pytest.skip(f"there is no {cc} here (tests/install_cross_compilers.sh)")
    schema, path = wrapped(toolchain.find(cc), name)
    assert schema.byte_order == ("big" if "powerpc" in cc else "little")
    asked = list(questions(schema))
    bits = list(bit_fields(schema))
    lines = [f'#include "{path}"', "const unsigned long long answers[] = { 0x77,"]
    lines += [*(f"    {expression}," for expression, _ in asked), "};"]
    lines += [
        f"const {struct.c_name} bits_{index} = {{ .{one.name} = -1 }};"
        for index, (struct, one) in enumerate(bits)
    ]
    found = compiled_constants([cc], "\n".join(lines), tmp_path)
    told = found.integers("answers", 0x77, len(asked))
    assert dict(zip((expression for expression, _ in asked), told, strict=True)) == dict(asked)
    for index, one in enumerate(bits):
        assert found.symbol(f"bits_{index}") == expected_bits(*one), one[1].name


def test_the_command_line_takes_a_real_header(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = real_header(toolchain.find("cc"), "can")
    assert wrap.main([str(path), "--cc", "cc", "--id", "can_frame=1", "-o", str(tmp_path)]) == 0
    assert "can.h: 1 message, 0 of them commands; layout proved with cc" in capsys.readouterr().out
    path = real_header(toolchain.find("cc"), "input")
    assert wrap.main([str(path), "--cc", "cc", "--id", "ff_effect=1", "-o", str(tmp_path)]) == 1
    assert "struct ff_periodic_effect.custom_data is a pointer" in capsys.readouterr().err
