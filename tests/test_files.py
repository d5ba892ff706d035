"""Sources are read safely, and files are written whole or not at all."""

import os
import socket
import threading
import time
from pathlib import Path

import pytest

from dlprep.errors import UserError
from dlprep.files import (
    MAX_SOURCE,
    SourceError,
    explained,
    new_file,
    open_regular,
    read_source,
    write_new,
    written_beside,
)


def refused(path: Path) -> tuple[str, str]:
    with pytest.raises(SourceError) as raised:
        read_source(path)
    return raised.value.kind, str(raised.value)


def test_a_source_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "softmax.py"
    for data in (b"", b"x = 1\r\n", b"#" * MAX_SOURCE):
        path.write_bytes(data)
        assert read_source(path) == data


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "softmax.py"
    assert refused(path) == ("missing", "does not exist")
    assert refused(tmp_path / "a" / "b") == ("missing", "does not exist")
    path.mkdir()
    assert refused(path) == ("folder", "is a folder, not a file")
    path.rmdir()
    path.symlink_to("other.py")
    assert refused(path) == ("link", "is a symbolic link")
    (tmp_path / "other.py").write_bytes(b"secret")
    assert refused(path) == ("link", "is a symbolic link")
    path.unlink()
    path.write_bytes(b"#" * (MAX_SOURCE + 1))
    assert refused(path)[0] == "size"


def test_a_pipe_a_socket_and_a_device_are_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "softmax.py"
    os.mkfifo(path)
    assert refused(path)[0] == "device"
    path.unlink()
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))
        assert refused(path)[0] == "device"
    assert refused(Path("/dev/null"))[0] == "device"


def test_a_file_that_is_swapped_all_the_time_is_never_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_bytes(b"secret")
    (tmp_path / "own").write_bytes(b"own")
    path, done = tmp_path / "softmax.py", threading.Event()

    def swap() -> None:
        turn, new = 0, tmp_path / "new"
        while not done.is_set():
            turn += 1
            if turn % 3 == 0:
                new.symlink_to("secret.py")
            elif turn % 3 == 1:
                os.mkfifo(new)
            else:
                new.hardlink_to(tmp_path / "own")
            new.replace(path)
            new.unlink(missing_ok=True)  # a link onto itself is left where it was

    swapper = threading.Thread(target=swap)
    swapper.start()
    found, reads, end = set(), 0, time.monotonic() + 20
    try:
        while reads < 3000 or (b"own" not in found and time.monotonic() < end):
            reads += 1
            try:
                found.add(read_source(path))
            except SourceError as error:
                found.add(error.kind.encode())
    finally:
        done.set()
        swapper.join()
    assert b"own" in found
    assert found <= {b"own", b"link", b"device", b"missing"}


def test_a_file_is_new_or_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "softmax.py"
    assert write_new(path, b"stub")
    assert not write_new(path, b"other")
    assert path.read_bytes() == b"stub"


def test_a_regular_file_is_opened_to_append_and_nothing_else_is(tmp_path: Path) -> None:
    path = tmp_path / "log"
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
    for data in (b"one\n", b"two\n"):
        with os.fdopen(open_regular(path, flags), "ab", buffering=0) as file:
            file.write(data)
    assert path.read_bytes() == b"one\ntwo\n"
    for kind, make in {
        "link": lambda strange: strange.symlink_to(path),
        "folder": Path.mkdir,
        "device": os.mkfifo,
    }.items():
        make(tmp_path / kind)
        with pytest.raises(SourceError) as raised:
            open_regular(tmp_path / kind, flags)
        assert raised.value.kind == kind
    assert path.read_bytes() == b"one\ntwo\n"


def test_a_new_file_is_whole_or_not_there_and_never_over_another(tmp_path: Path) -> None:
    path, late, link = tmp_path / "new", tmp_path / "late", tmp_path / "dangling"

    def interrupted() -> None:
        with new_file(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []
    with new_file(path) as file:
        file.write(b"whole")
        assert not path.exists()
    with pytest.raises(FileExistsError), new_file(path):
        pytest.fail("it was opened")
    with pytest.raises(FileExistsError), new_file(late) as file:
        late.write_bytes(b"another's")
    link.symlink_to("nowhere")
    for taken in (link, tmp_path, Path()):
        with pytest.raises(FileExistsError), new_file(taken):
            pass
    with pytest.raises(FileNotFoundError), new_file(tmp_path / "nowhere" / "new"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "late", "new"]
    assert (path.read_bytes(), late.read_bytes()) == (b"whole", b"another's")


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_bytes(b"old")
    with written_beside(path, [b"ne", b"w"]) as new:
        new.replace(path)
    assert path.read_bytes() == b"new"
    with written_beside(path, b"newer") as new:  # what is never moved into place is gone again
        assert (path.read_bytes(), new.read_bytes()) == (b"new", b"newer")
    assert path.read_bytes() == b"new"
    path.unlink()
    path.mkdir()
    with (
        pytest.raises(UserError, match=r"^It cannot be written: is a directory\.$"),
        explained("It cannot be written"),
        written_beside(path, b"new") as new,
    ):
        new.replace(path)
    assert [one.name for one in tmp_path.iterdir()] == ["report.xml"]
