from pathlib import Path

import pytest

from dlprep.catalog import CatalogError, Exercise
from dlprep.variants import Accepted, Edit, Equivalent, Mistake, Spelling, Variants, read_variants

REFERENCE = '''"""Scale."""


def scale(x, by):
    if by == 1:
        return x.copy()
    return x * by
'''


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    (tmp_path / "reference.py").write_text(REFERENCE, encoding="utf-8")
    return Exercise(
        slug="scale",
        title="Scale",
        track="fundamentals",
        difficulty="easy",
        minutes=5,
        asked=1,
        tags=(),
        after=(),
        folder=tmp_path,
        solution=tmp_path,
        seconds=5.0,
    )


def read(exercise: Exercise, toml: str) -> Variants:
    (exercise.solution / "variants.toml").write_text(toml, encoding="utf-8")
    return read_variants(exercise)


def refusal(exercise: Exercise, toml: str) -> str:
    """What the author is told, without the path of ``variants.toml`` in front."""
    with pytest.raises(CatalogError) as refused:
        read(exercise, toml)
    return str(refused.value).replace(f"{exercise.solution}/", "").removeprefix("variants.toml: ")


def test_reads_every_kind_of_entry(exercise: Exercise) -> None:
    (exercise.solution / "accepted").mkdir()
    loop = exercise.solution / "accepted" / "loop.py"
    loop.write_text("def scale(x, by):\n    return x * by  # the same\n", encoding="utf-8")
    variants = read(
        exercise,
        """
        [[mistake]]
        name = "adds"
        find = "x * by"
        replace = "x + by"
        caught_by = "test_scales"
        hint = "Scaling multiplies; yours adds."
        also = [[{ find = "x * by", replace = "by + x" }]]

        [[accepted]]
        name = "without the shortcut"
        polished = true
        edits = [
            { find = "return x * by", replace = "return by * x" },
            { find = '''
    if by == 1:
        return x.copy()
''', replace = "" },
        ]

        [[accepted]]
        name = "short"
        file = "accepted/loop.py"

        [[equivalent]]
        mutant = "scale: by == 1 -> by == 2"
        reason = "The shortcut only saves time."
        """,
    )
    assert variants == Variants(
        mistakes=(
            Mistake(
                name="adds",
                spellings=(
                    Spelling(REFERENCE.replace("x * by", "x + by"), (Edit("x * by", "x + by"),)),
                    Spelling(REFERENCE.replace("x * by", "by + x"), (Edit("x * by", "by + x"),)),
                ),
                caught_by="test_scales",
                hint="Scaling multiplies; yours adds.",
            ),
        ),
        accepted=(
            Accepted(
                name="without the shortcut",
                source='"""Scale."""\n\n\ndef scale(x, by):\n    return by * x\n',
                polished=True,
            ),
            Accepted(name="short", source=loop.read_text(encoding="utf-8"), file=loop),
        ),
        equivalents=(
            Equivalent(
                mutant="scale: by == 1 -> by == 2",
                reason="The shortcut only saves time.",
            ),
        ),
    )


def test_an_empty_file_has_no_variants(exercise: Exercise) -> None:
    assert read(exercise, "") == Variants((), (), ())


def accepted(rest: str, name: str = "v") -> str:
    return f'[[accepted]]\nname = "{name}"\n{rest}\n'


EDIT = 'find = "x * by"\nreplace = "by * x"'


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        # the edits
        (
            accepted('find = "x / by"\nreplace = "by * x"'),
            "accepted 'v': find = 'x / by' matches 0 times: copy it from reference.py as it is now",
        ),
        (
            accepted('find = "return x"\nreplace = ""'),
            "accepted 'v': find = 'return x' matches 2 times: make it longer",
        ),
        (
            accepted("find = '\"\"'\nreplace = ''"),  # overlapping ones count
            "accepted 'v': find = '\"\"' matches 4 times: make it longer",
        ),
        (
            accepted('edits = [{find = "x * by", replace = "0"}, {find = "* by", replace = ""}]'),
            "accepted 'v': two of its edits overlap: make one of them",
        ),
        (
            accepted('edits = "x * by"'),
            "accepted 'v': 'edits' must be a list, not 'x * by'",
        ),
        (accepted('find = ""\nreplace = "x"'), "accepted 'v': 'find' is empty"),
        (accepted('find = "x * by"'), "one way"),
        (
            accepted('find = "x * by"\nreplace = 1'),
            "accepted 'v': 'replace' must be text, not 1",
        ),
        (accepted("edits = [1]"), "accepted 'v': 'edits' must be a table, not 1"),
        (
            accepted('edits = [{find = "x * by", replace = "x", note = "?"}]'),
            "accepted 'v': unknown entries: note",
        ),
        # one way of saying how it differs
        (accepted(""), "one way"),
        (accepted('replace = "x"'), "one way"),
        (accepted(EDIT + '\nfile = "reference.py"'), "one way"),
        (accepted(EDIT + "\nedits = []"), "one way"),
        # other spellings
        (
            accepted(EDIT + '\nalso = [[{find = "x * by", replace = "by * (x)"}]]'),
            "accepted 'v': its code is an earlier spelling's: change it, or delete this entry",
        ),
        (
            accepted(EDIT + '\nalso = [[{find = "x * by", replace = "x + by"}]]'),
            "accepted 'v': only a mistake can have other spellings: make it an entry of its own",
        ),
        (
            accepted(EDIT + '\nalso = [[{find = "x / by", replace = "x"}]]'),
            "accepted 'v': find = 'x / by' matches 0 times: copy it from reference.py as it is now",
        ),
        (accepted(EDIT + "\nspellings = []"), "accepted 'v': unknown entries: spellings"),
        # the entries
        (accepted(EDIT + "\nwhy = 1\nhow = 2"), "accepted 'v': unknown entries: how, why"),
        (accepted(EDIT + '\nhint = "?"'), "accepted 'v': unknown entries: hint"),
        (accepted(EDIT + '\nsource = "?"'), "accepted 'v': unknown entries: source"),
        ("[[accepted]]\n" + EDIT, "accepted '': 'name' is missing"),
        (accepted(EDIT, name=" "), "accepted ' ': 'name' is empty"),
        (
            f'[[mistake]]\nname = "m"\nhint = "h"\n{EDIT}',
            "mistake 'm': 'caught_by' is missing",
        ),
        (
            f'[[mistake]]\nname = "m"\ncaught_by = "test_c"\n{EDIT}',
            "mistake 'm': 'hint' is missing",
        ),
        (
            '[[equivalent]]\nmutant = "a -> b"',
            "equivalent 'a -> b': 'reason' is missing",
        ),
        (
            f'[[mistake]]\nname = "v"\ncaught_by = "test_c"\nhint = "h"\n{EDIT}\n' + accepted(EDIT),
            "accepted 'v': a second entry has this name: rename or delete one",
        ),
        (
            '[[equivalent]]\nmutant = "m"\nreason = "r"\n' * 2,
            "equivalent 'm': a second entry has this mutant: rename or delete one",
        ),
        (
            "[[mistakes]]\n[chaff]",
            "unknown entries: chaff, mistakes;"
            " it holds [[mistake]], [[accepted]] and [[equivalent]] only",
        ),
        ('[accepted]\nname = "v"', "'accepted' must be a list, not {'name': 'v'}"),
        ("mistake = [1]", "'mistake' must be a table, not 1"),
        ("name =", "Invalid value (at end of document)"),
        # the resulting text
        (
            accepted("find = '    if by'\nreplace = '''    # spelt out\n\n    if by'''"),
            "accepted 'v': its code is the reference's: change it, or delete this entry",
        ),
        (
            accepted('file = "reference.py"'),
            "accepted 'v': its code is the reference's: change it, or delete this entry",
        ),
        (
            accepted('find = "x * by"\nreplace = "x *"'),
            "accepted 'v' is not valid Python, line 7: invalid syntax",
        ),
        (
            accepted("find = '''    return x * by'''\nreplace = 'return x'"),
            "accepted 'v' is not valid Python, line 7: 'return' outside function",
        ),
        # the files
        (accepted('file = "gone.py"'), "gone.py cannot be read: No such file or directory"),
        (accepted('file = "folder"'), "folder cannot be read: Is a directory"),
        (accepted('file = "latin.py"'), "latin.py is not UTF-8 text: save it as UTF-8"),
        (
            accepted('file = "../x.py"'),
            "accepted 'v': ../x.py is outside of the solution's folder: move it in",
        ),
    ],
)
def test_tells_the_author_what_to_change(exercise: Exercise, toml: str, message: str) -> None:
    (exercise.solution / "latin.py").write_bytes(b"# \xe9\n")
    (exercise.solution / "folder").mkdir()
    said = refusal(exercise, toml)
    if message == "one way":
        message = "accepted 'v': say how it differs, in one way: find and replace, edits, or file"
    assert said == message


def test_a_missing_file_is_named(exercise: Exercise) -> None:
    with pytest.raises(CatalogError) as refused:
        read_variants(exercise)
    path = exercise.solution / "variants.toml"
    assert str(refused.value) == f"{path} cannot be read: No such file or directory"


def test_a_broken_reference_is_named(exercise: Exercise) -> None:
    exercise.reference.write_bytes(b"x = \0\n")
    assert refusal(exercise, "").startswith("reference.py is not valid Python")
