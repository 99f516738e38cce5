"""Text to tree and back."""

from __future__ import annotations

from random import Random

import pytest

from cwire_structs.expression.syntax import DEEPEST, ExpressionError, Node, parse
from support.expressions import TABLE


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["text"])
def test_a_text_of_the_tree_is_the_same_tree(case: dict[str, str]) -> None:
    tree = parse(case["text"])
    assert parse(str(tree)) == tree


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("((a.b)>(3))", "a.b > 3"),
        ("(a.b+1)*2>3", "(a.b + 1) * 2 > 3"),
        ("a.b-(1-2)>3", "a.b - (1 - 2) > 3"),
        ("(a.b<1)==(a.c<1)", "(a.b < 1) == (a.c < 1)"),
        ("not(a.b or a.c)and a.d", "not (a.b or a.c) and a.d"),
        ("(not a.b)==a.c", "(not a.b) == a.c"),
        ('"my driver"/a.b[ 1 ].c', '"my driver"/a.b[ 1 ].c'),
        ("a.b == 'it\\'s'", 'a.b == "it\'s"'),
    ],
)
def test_only_the_parentheses_that_are_needed(text: str, shown: str) -> None:
    assert str(parse(text)) == shown


def test_random_trees() -> None:
    random = Random(3)

    def tree(depth: int) -> Node:
        if depth == 0 or random.random() < 0.2:
            return random.choice(
                [
                    Node("path", (), (None, "a", "b[0].c")),
                    Node("path", (), ("x-1", "a", "b")),
                    Node("path", (), ("3 d", "a", "b")),
                    Node("number", (), random.choice([0, 7, 1.5, 1e300, 2**70, 1e999])),
                    Node("text", (), random.choice(["", "x", "\"'\\", "ä\n"])),
                    Node("truth", (), value=random.random() < 0.5),
                    Node("name", (), "RUN"),
                ]
            )
        op = random.choice(
            ["and", "or", "not", "minus", "+", "-", "*", "/", "compare", "any", "abs", "mean"]
        )
        if op == "compare":
            signs = tuple(random.choice(["<", "==", "!="]) for _ in range(random.choice([1, 2])))
            return Node(op, tuple(tree(depth - 1) for _ in range(len(signs) + 1)), signs)
        single = op in ("not", "minus", "any", "abs", "mean")
        return Node(op, tuple(tree(depth - 1) for _ in range(1 if single else 2)))

    for _ in range(500):
        made = tree(5)
        assert parse(str(made)) == made


@pytest.mark.parametrize(("text", "reason"), TABLE["too_large"], ids=lambda one: one[-10:])
def test_what_is_too_large(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError, match=rf"more than [0-9]+ {reason}"):
        parse(text)


def test_noise_is_refused_or_read() -> None:
    random = Random(5)
    places = set()
    signs = "()[].<>=!+-*/\"'\\ 0189eExab_&|\n\t²é😀"
    for _ in range(3000):
        text = "".join(random.choice(signs) for _ in range(random.randrange(12)))
        try:
            tree = parse(text)
        except ExpressionError as error:
            places.add(error.column <= len(text) + 1)
        else:
            assert parse(str(tree)) == tree
    assert places == {True}


def test_as_deep_as_it_may_be() -> None:
    nested = DEEPEST
    assert parse("(" * nested + "a.b" + ")" * nested) == parse("a.b")
