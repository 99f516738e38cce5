"""Results of the net, and their table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from headers.verdicts import (
    LOSSY,
    REFUSED,
    RIGHT,
    TRACEBACK,
    UNKNOWN,
    WRONG,
    Verdict,
    reason_kind,
)

_COLUMNS = (RIGHT, REFUSED, LOSSY, WRONG, TRACEBACK, UNKNOWN)


@dataclass
class StructResult:
    """The verdicts of a struct.

    Attributes:
        name: As C spells it.
        pointer: The path of a pointer in it.
        schema: The route of the schema and numpy.
        compiled: The route of the compiled classes; None: not tried.
    """

    name: str
    pointer: str | None
    schema: Verdict
    compiled: Verdict | None = None


@dataclass
class HeaderResult:
    """The result of a header.

    Attributes:
        target: Whose compiler.
        set: Of which headers.
        header: Its path.
        refused: What the compiler says of one that it does not take.
        failed: Why the net could not look at it.
        flags: What had to be included before it.
        structs: Its structs.
        apart: Why structs that can be wrapped cannot be wrapped together.
        seconds: How long it took.
    """

    target: str
    set: str
    header: str
    refused: str = ""
    failed: str = ""
    flags: str = ""
    structs: list[StructResult] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Returns plain values."""
        return asdict(self)


def is_bad(results: Iterable[HeaderResult]) -> bool:
    """Says whether anything is wrong, ended in a traceback, or was not looked at."""
    bad = (WRONG, TRACEBACK, UNKNOWN)
    return any(
        result.failed or any(one.outcome in bad for one in _verdicts(result)) for result in results
    )


def _verdicts(result: HeaderResult) -> Iterable[Verdict]:
    for one in result.structs:
        yield one.schema
        if one.compiled is not None:
            yield one.compiled


def table(results: Sequence[HeaderResult]) -> str:
    """Returns a table with a line for each target and set, and why structs are not right."""
    head = ["target", "headers of", "headers", "structs", *_COLUMNS, "warned", "% right"]
    head += ["compiled", "pointers"]
    rows = [head]
    targets = {
        target: [one for one in results if one.target == target]
        for target in dict.fromkeys(one.target for one in results)
    }
    for target, some in targets.items():
        for name in sorted({one.set for one in some}):
            rows.append(_row(target, name, [one for one in some if one.set == name]))
        rows.append(_row(target, "all", some))
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), row[1].ljust(widths[1])]
        cells += [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    for target, some in targets.items():
        lines += ["", f"{target}, not right, by reason:", *(_reasons(some) or ["     0"])]
    return "\n".join([*lines, *_others(results)])


def _row(target: str, name: str, results: Sequence[HeaderResult]) -> list[str]:
    looked = [one for one in results if not one.refused and not one.failed]
    plain = [one for result in looked for one in result.structs if not one.pointer]
    counts = Counter(one.schema.outcome for one in plain)
    warned = sum(1 for one in plain if one.schema.outcome == RIGHT and one.schema.warnings)
    percent = f"{100 * counts[RIGHT] / len(plain):.1f}" if plain else "-"
    tried = [one.compiled for one in plain if one.compiled is not None]
    right = sum(1 for one in tried if one.outcome == RIGHT)
    compiled = f"{right}/{len(tried)}" if tried else "-"
    pointers = [one for result in looked for one in result.structs if one.pointer]
    refused = sum(1 for one in pointers if one.schema.outcome == REFUSED)
    cells = [str(counts[one]) for one in _COLUMNS]
    numbers = [str(len(looked)), str(len(plain)), *cells, str(warned), percent]
    return [target, name, *numbers, compiled, f"{refused}/{len(pointers)} refused"]


def _reasons(results: Sequence[HeaderResult]) -> list[str]:
    """Lists why structs without pointers are not right, the most frequent reason first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], str] = {}
    for result in results:
        for one in result.structs:
            if one.pointer and one.schema.outcome == REFUSED:
                continue
            for route, verdict in (("schema", one.schema), ("compiled", one.compiled)):
                if verdict is None or verdict.outcome == RIGHT:
                    continue
                key = (verdict.outcome, route, reason_kind(_last(verdict)))
                counts[key] += 1
                examples.setdefault(key, f"{result.header}: {one.name}")
    lines = []
    for key, count in counts.most_common():
        outcome, route, kind = key
        lines.append(f"{count:6}  {outcome} ({route}): {kind}")
        lines.append(f"        {examples[key]}")
    return lines


def _last(verdict: Verdict) -> str:
    lines = verdict.why.strip().splitlines() or [""]
    return lines[-1] if verdict.outcome == TRACEBACK else verdict.why


def _line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]


def _not_looked_at(results: Sequence[HeaderResult]) -> Iterable[str]:
    failed: dict[str, list[HeaderResult]] = {}
    for one in results:
        if one.failed:
            failed.setdefault(_line(one.failed), []).append(one)
    for why, some in failed.items():
        more = f" and {len(some) - 1} more" if len(some) > 1 else ""
        yield f"{some[0].target} {some[0].header}{more}: {why}"


def _others(results: Sequence[HeaderResult]) -> list[str]:
    refused = [one for one in results if one.refused]
    lines = []
    for target in dict.fromkeys(one.target for one in refused):
        count = sum(1 for one in refused if one.target == target)
        lines.append(f"{target}: the compiler does not take {count} headers by themselves")
    lines += [f"not looked at: {why}" for why in _not_looked_at(results)]
    apart = [(r, why) for r in results for why in r.apart]
    lines += [f"only apart: {r.target} {r.header}: {reason_kind(why)}" for r, why in apart]
    return ["", *lines] if lines else []
