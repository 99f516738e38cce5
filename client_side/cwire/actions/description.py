"""Shows a relay's description of an action as a signature and documentation of Python. Pure."""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cwire_structs.action_values import ValueTextError, decode

__all__ = ["Description", "read_descriptions"]

_TYPES: Mapping[str, type] = {
    "integer": int,
    "number": float,
    "string": str,
    "boolean": bool,
    "array": list,
    "object": dict,
}
_MISSING = inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Description:
    """One action.

    Attributes:
        name: With dots.
        doc: As its function has it.
        arguments: JSON Schema of what it takes.
        kind: ``function``, ``async``, ``generator`` or ``process``.
    """

    name: str
    doc: str
    arguments: Mapping[str, Any]
    kind: str

    @property
    def fields(self) -> Mapping[str, Mapping[str, Any]]:
        """The JSON Schema of each argument; empty where it takes its data whole."""
        found = self.arguments.get("properties")
        return found if isinstance(found, dict) else {}

    @property
    def needed(self) -> frozenset[str]:
        """The arguments that have no default."""
        found = self.arguments.get("required")
        return frozenset(map(str, found)) if isinstance(found, list) else frozenset()

    @property
    def signature(self) -> inspect.Signature:
        """The signature that Tab and help show."""
        if not self.fields:
            if self.arguments.get("type") == "object" and not self.arguments.get(
                "additionalProperties", True
            ):
                return inspect.Signature([])
            whole = inspect.Parameter("data", inspect.Parameter.POSITIONAL_ONLY, default=None)
            return inspect.Signature([whole])
        named = [
            name for name in self.fields if name.isidentifier() and not keyword.iskeyword(name)
        ]
        return inspect.Signature(
            [
                inspect.Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=self.default(name),
                    annotation=_TYPES.get(str(self.fields[name].get("type")), _MISSING),
                )
                for name in sorted(named, key=lambda one: one not in self.needed)
            ]
        )

    def default(self, name: str) -> Any:
        """The default of an argument; `inspect.Parameter.empty` if it has none."""
        if name in self.needed:
            return _MISSING
        try:
            return decode(self.fields[name].get("default"))
        except ValueTextError:
            return None

    @property
    def text(self) -> str:
        """Its documentation, with what its arguments say of themselves."""
        lines = [self.doc or f"The action {self.name}."]
        told = [
            f"    {name}: {field['description']}"
            for name, field in self.fields.items()
            if "description" in field
        ]
        return "\n".join([*lines, "", "Args:", *told] if told else lines)


def read_descriptions(value: object) -> dict[str, Description]:
    """Reads what the action ``describe`` gives; by name. What cannot be read is left out."""
    found = {}
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            arguments = one.get("arguments")
            found[one["name"]] = Description(
                one["name"],
                str(one.get("doc") or ""),
                arguments if isinstance(arguments, dict) else {},
                str(one.get("kind")),
            )
    return found
