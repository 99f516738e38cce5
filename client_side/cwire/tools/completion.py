"""Prints what makes a shell complete `cwire`, and completes at Tab.

eval "$(cwire completion bash)"
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cwire.session.lookup import Lookup
    from cwire_structs.schema import Message
    from cwire_structs.schema.fields import Field

__all__ = ["complete", "register", "run"]

_TIMEOUT = 0.25  # s: for that long a relay that does not answer keeps a user waiting
_MISSING = "completion needs argcomplete: pip install 'cwire[tools]'"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `completion` to the `cwire` command."""
    parser = subparsers.add_parser(
        "completion",
        help="print what makes Tab complete cwire",
        description="Prints a script for a shell. With it, Tab completes subcommands, options, and "
        "what the running relay knows: drivers, messages, paths, commands, fields and the names "
        "of enums. Without a relay these are left out.",
        epilog="""where it goes:
  bash  ~/.bashrc: eval "$(cwire completion bash)"
  zsh   ~/.zshrc, below compinit: eval "$(cwire completion zsh)"
  fish  cwire completion fish > ~/.config/fish/completions/cwire.fish

exit status:
  0  success      2  wrong arguments, or argcomplete is not installed
""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire completion`; returns the exit status."""
    try:
        from argcomplete.shell_integration import shellcode
    except ImportError:
        print(f"cwire completion: {_MISSING}", file=sys.stderr)
        return 2
    print(shellcode(["cwire"], use_defaults=False, shell=arguments.shell))
    return 0


def complete(parser: argparse.ArgumentParser) -> int:
    """Answers a shell that asks at Tab, by the variables that argcomplete's script has set.

    It does not return: the process ends as soon as the shell has its answer.
    """
    try:
        import argcomplete
    except ImportError:
        return 2  # at Tab nothing is said
    _add_completers(parser)
    argcomplete.autocomplete(parser, always_complete_options=False)
    return 2


def _add_completers(parser: argparse.ArgumentParser) -> None:
    """Tells argcomplete what fits the arguments of all subcommands that go to a relay."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                _add_completers(inner)
    if not any(action.dest == "relay" for action in parser._actions):
        return
    for action in parser._actions:
        name = parser.prog.rpartition(" ")[2]
        kind = _KINDS.get(f"{name} {action.dest}") or _KINDS.get(action.dest)
        if kind is not None:
            action.completer = _completer(kind)  # type: ignore[attr-defined]


_Offers = Mapping[str, str]
"""What fits, each with a word on what it is."""

_Kind = Callable[[str, "Lookup", argparse.Namespace], _Offers]


def _completer(kind: _Kind) -> Callable[..., _Offers]:
    def offers(prefix: str, parsed_args: argparse.Namespace, **_: Any) -> _Offers:
        # What is known without a relay is completed without these.
        from cwire import errors
        from cwire.bridge.base import link_of
        from cwire.bridge.connect import ConnectOptions
        from cwire.bridge.sync import open_bridge
        from cwire_structs.schema.paths import PathError

        options = ConnectOptions(
            url=getattr(parsed_args, "relay", None),
            token=getattr(parsed_args, "token", None),
            subscribe=None,
            history_bytes=0,
            window=None,
            timeout=_TIMEOUT,
            reconnect=False,
            driver=getattr(parsed_args, "driver", None),
        )
        try:
            bridge, _choice = open_bridge(options)
            with bridge:
                return kind(prefix, link_of(bridge).lookup, parsed_args)
        except (errors.CwireError, PathError, OSError, ValueError):
            return {}

    return offers


def _drivers(prefix: str, lookup: Lookup, arguments: argparse.Namespace) -> _Offers:
    return {name: one.state for name, one in lookup.served().items()}


def _messages(prefix: str, lookup: Lookup, arguments: argparse.Namespace) -> _Offers:
    return _documented(lookup.messages(arguments.driver).values())


def _messages_and_commands(prefix: str, lookup: Lookup, arguments: argparse.Namespace) -> _Offers:
    known = _known_commands(lookup, arguments)
    return {**_messages(prefix, lookup, arguments), **_documented(known)}


def _paths(prefix: str, lookup: Lookup, arguments: argparse.Namespace) -> _Offers:
    """A message; or what is in it, once a dot or a bracket stands behind its name."""
    from cwire.tools.following import split_path
    from cwire_structs.schema.paths import paths_that_begin

    name, path = split_path(prefix)
    if name == prefix:
        return _messages(prefix, lookup, arguments)
    _, message = lookup.message(name, arguments.driver)
    paths = [one for one in paths_that_begin(message.struct, path) if ":" not in one]
    between = "" if path.startswith("[") else "."
    return {f"{message.name}{between}{one}": "" for one in paths}


def _commands(prefix: str, lookup: Lookup, arguments: argparse.Namespace) -> _Offers:
    return _documented(_known_commands(lookup, arguments))


def _known_commands(lookup: Lookup, arguments: argparse.Namespace) -> list[Message]:
    served = [arguments.driver] if arguments.driver else lookup.served()
    return [one for name in served for one in lookup.commands(name).values()]


def _fields(prefix: str, lookup: Lookup, arguments: argparse.Namespace) -> _Offers:
    """``FIELD=``; behind it what a field of a few words can be."""
    from cwire_structs.schema.paths import find_path, paths_that_begin

    _, message = lookup.command(arguments.command, arguments.driver)
    name, equals, _ = prefix.partition("=")
    if equals:
        field = find_path(message.struct, name).placed()
        return {f"{name}={value}": "" for value in _values(field)}
    given = {word.partition("=")[0] for word in arguments.fields or ()}
    paths = [one for one in paths_that_begin(message.struct, prefix) if ":" not in one]
    return {f"{path}=": _doc(message, path) for path in paths if path not in given}


def _values(field: Field) -> Iterable[str]:
    kind = field.type
    if kind.enum is not None:
        return list(kind.enum.values)
    return ("true", "false") if kind.form == "truth" else ()


def _doc(message: Message, path: str) -> str:
    field = message.struct.by_name.get(path)
    return _first(field.doc) if field is not None else ""


def _documented(messages: Iterable[Message]) -> _Offers:
    return {one.name: _first(one.doc) for one in messages}


def _first(doc: str) -> str:
    """The first sentence of a comment, as far as it can be printed on a line."""
    text = "".join(letter if letter.isprintable() else " " for letter in doc)
    return text.partition(". ")[0]


# By the name of an argument, where that is not enough with its subcommand's.
_KINDS: dict[str, _Kind] = {
    "driver": _drivers,
    "echo message": _paths,
    "info message": _messages_and_commands,
    "message": _messages,
    "messages": _messages,
    "command": _commands,
    "send fields": _fields,
}
