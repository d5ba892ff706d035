"""The API that a stub states."""

from textwrap import dedent

import pytest

from dlprep.api import Parameter, Signature, read_api
from dlprep.catalog import Exercise, all_exercises


def only(source: str) -> Signature:
    """The one function or class of a stub."""
    (signature,) = read_api(dedent(source)).values()
    return signature


def test_functions_and_classes_in_the_order_of_the_stub() -> None:
    stub = '''
        """A docstring."""
        import numpy as np

        CONSTANT = 3

        def second(x): ...

        def _hidden(x): ...

        class _Hidden: ...

        class First:
            def __init__(self, data, decay=0.5): ...
            def step(self, x): ...

        def inner_ones_do_not_count():
            def inner(): ...
    '''
    api = read_api(dedent(stub))
    assert list(api) == ["second", "First", "inner_ones_do_not_count"]
    assert [str(signature) for signature in api.values()] == [
        "second(x)",
        "First(data, decay=0.5)",
        "inner_ones_do_not_count()",
    ]


def test_every_kind_of_parameter() -> None:
    signature = only("def f(a, /, b, c=1, *rest, d, e=(1, 'x'), **more): ...")
    assert signature.parameters == (
        Parameter("a", "POSITIONAL_OR_KEYWORD", None),
        Parameter("b", "POSITIONAL_OR_KEYWORD", None),
        Parameter("c", "POSITIONAL_OR_KEYWORD", "1"),
        Parameter("rest", "VAR_POSITIONAL", None),
        Parameter("d", "KEYWORD_ONLY", None),
        Parameter("e", "KEYWORD_ONLY", "(1, 'x')"),
        Parameter("more", "VAR_KEYWORD", None),
    )
    assert str(signature) == "f(a, b, c=1, *rest, d, e=(1, 'x'), **more)"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("def f(x: np.ndarray, axis: int = -1) -> np.ndarray: ...", "f(x, axis=-1)"),
        ("def f(lr=1e-3, eps=1e-08): ...", "f(lr=0.001, eps=1e-08)"),
        ("def f(x=None, y='mean'): ...", "f(x=None, y='mean')"),
        ("class Empty: ...", "Empty()"),
        ("class Only:\n    def __init__(self): ...", "Only()"),
        ("class Stars:\n    def __init__(self, *sizes, **more): ...", "Stars(*sizes, **more)"),
    ],
)
def test_a_signature_as_text(source: str, text: str) -> None:
    assert str(only(source)) == text


@pytest.mark.parametrize(
    ("annotation", "returns", "opaque"),
    [
        (" -> tuple[np.ndarray, np.ndarray, object]", 3, (2,)),
        (" -> tuple[object, float, object]", 3, (0, 2)),
        (" -> tuple[float, dict[str, object]]", 2, ()),
        (" -> tuple[object, ...]", 0, ()),
        ("", 0, ()),
        (" -> np.ndarray", 0, ()),
        (" -> object", 0, ()),
        (" -> tuple", 0, ()),
        (" -> list[object]", 0, ()),
        (" -> dict[str, object]", 0, ()),  # data: nothing of it is the submission's own
        (" -> Callable[[float], object]", 0, ()),
    ],
)
def test_the_tuple_that_is_returned(annotation: str, returns: int, opaque: tuple[int, ...]) -> None:
    signature = only(f"def f(x){annotation}: ...")
    assert (signature.returns, signature.opaque) == (returns, opaque)


def test_nothing_is_run() -> None:
    assert read_api("raise SystemExit\ndef f(x=print(1)): ...")["f"].parameters == (
        Parameter("x", "POSITIONAL_OR_KEYWORD", "print(1)"),
    )


def test_a_stub_that_is_not_python() -> None:
    with pytest.raises(SyntaxError):
        read_api("def f(:")


@pytest.mark.parametrize("exercise", all_exercises(), ids=lambda exercise: exercise.slug)
def test_the_reference_has_the_stubs_api(exercise: Exercise) -> None:
    stub = read_api(exercise.stub.read_text(encoding="utf-8"))
    reference = read_api(exercise.reference.read_text(encoding="utf-8"))
    assert stub
    assert {name: str(reference[name]) for name in stub} == {
        name: str(signature) for name, signature in stub.items()
    }
