"""A header that the user's compiler refuses: what it says, and what may help."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cwire_structs.compiler.toolchain import Toolchain
from cwire_structs.compiler.vendor_types import usual_meaning
from cwire_structs.errors import WrapError

__all__ = ["LooksLikeCxxError", "refuse_what_does_not_compile"]

# In the words of gcc or clang.
_CPLUSPLUS = re.compile(
    r"type name '(class|namespace|template|using|virtual|constexpr|typename|friend)'"
    r"|(use 'struct' keyword|must use '(struct|union|enum)' tag) to refer to"
    r"|'?(iostream|string|vector|array|map|thread|memory|c(std\w+|math|string|time))'?"
    r"(: No such file| file not found)"
    r"|expected identifier or '\(' before string constant|'__attribute__' before '=' token"
)
_UNKNOWN_TYPE = re.compile(r"unknown type name '(\w+)'(?!; use|; did you mean 'struct)")
_UNDECLARED = re.compile(r"'(\w+)' undeclared|undeclared identifier '(\w+)'")
_NO_FILE = re.compile(r"fatal error: '?([^':\n]+)'?(?:: No such file| file not found)")
# Where C has what headers most often take for granted.
_STANDARD = {
    "bool": "stdbool.h", "size_t": "stddef.h", "wchar_t": "stddef.h", "ptrdiff_t": "stddef.h",
    "ssize_t": "sys/types.h", "off_t": "sys/types.h", "pid_t": "sys/types.h", "time_t": "time.h",
    "static_assert": "assert.h", "alignas": "stdalign.h", "uint": "sys/types.h",
    "ushort": "sys/types.h", "FILE": "stdio.h", "va_list": "stdarg.h",
}  # fmt: skip
_INTEGER = re.compile(r"u?int(_least|_fast)?(8|16|32|64)_t|u?int(ptr|max)_t")


class LooksLikeCxxError(WrapError):
    """A C compiler refused a header that C++ may take."""


def refuse_what_does_not_compile(header: Path, toolchain: Toolchain) -> None:
    """Does nothing if the compiler takes a header.

    Raises:
        LooksLikeCxxError: It does not, and the header is none of C.
        WrapError: It does not; the text holds all that it says, and what may help.
    """
    said = toolchain.refusal(header, toolchain.language)
    if said is None:
        return
    text = "\n".join([f"{toolchain} does not compile {header.name}:", said])
    if toolchain.language == "c" and _is_cxx(said, header, toolchain):
        raise LooksLikeCxxError(text)
    raise WrapError("\n".join([text, *_cures(said, toolchain)]))


def _is_cxx(said: str, header: Path, toolchain: Toolchain) -> bool:
    """Says whether a header that a C compiler refuses is C++."""
    types = _UNKNOWN_TYPE.findall(said)
    if _CPLUSPLUS.search(said) or _is_tag(types, header):
        return True
    names = {*types, *(one or other for one, other in _UNDECLARED.findall(said))}
    if names and all(_standard_file(name) for name in names):  # C++ has some of them built in
        return False
    return toolchain.refusal(header, "c++") is None


def _is_tag(types: Iterable[str], header: Path) -> bool:
    """Says whether an unknown type is a struct's or an enum's, used without that word."""
    text = header.read_text(encoding="utf-8", errors="replace")
    words = "|".join(re.escape(name) for name in types)
    return bool(words and re.search(rf"\b(struct|union|enum|class)\s+({words})\s*[{{:]", text))


def _standard_file(name: str) -> str | None:
    """Returns C's header that has a name."""
    return "stdint.h" if _INTEGER.fullmatch(name) else _STANDARD.get(name)


def _cures(said: str, toolchain: Toolchain) -> Iterator[str]:
    """Yields what gives a header the names that it expects from elsewhere."""
    types = [name for name in dict.fromkeys(_UNKNOWN_TYPE.findall(said)) if name[:2] != "__"]
    others = dict.fromkeys(one or other for one, other in _UNDECLARED.findall(said))
    for name in dict.fromkeys(_NO_FILE.findall(said)):
        yield f"-I DIR says in which folder {name} is."
    needed: dict[str, str] = {}
    usual: list[str] = []
    for name in (*types, *others):
        if file := _standard_file(name):
            needed.setdefault(file, name)
        elif name in types and (meaning := usual_meaning(name)):
            usual.append(f"--type {name}={meaning}")
        elif name in types:
            yield (
                f"The header takes {name} from another one: include that one first (--cc "
                f'"{toolchain} -include FILE"), or say what it is (--type {name}=uint8_t, for '
                "example)."
            )
        else:
            yield f"If {name} is a macro of your build, give it: -D {name}=VALUE."
    if usual:
        yield (
            "Types that the vendor defines elsewhere can be given by an option each, if this is "
            f"what they mean: {' '.join(usual)} (or --types FILE, one a line)"
        )
    for file, name in needed.items():
        yield (
            f"The header does not include what {name} is from; include it first: "
            f'--cc "{toolchain} -include {file}"'
        )
