"""The teacher's secret: made once, private, never guessed; a clear sentence where it can be neither read nor made."""

import os
import stat
import threading

import pytest

from autograder.results import secret
from autograder.results.secret import SecretError, derive_key, find_secret, is_sealed, load_secret, seal


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Where the secret will lie."""
    path = tmp_path / "config" / "grading.key"
    monkeypatch.setenv("COURSE_GRADING_KEY", str(path))
    return path


def test_it_is_made_once_and_readable_by_its_owner_only(place):
    key = load_secret()
    assert len(key) == 32 and load_secret() == key == place.read_bytes()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600 and stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert os.listdir(place.parent) == ["grading.key"], "nothing is left beside it"


def test_of_commands_that_make_it_at_the_same_time_all_have_the_same(place):
    keys, start = [], threading.Barrier(16)
    threads = [threading.Thread(target=lambda: (start.wait(), keys.append(load_secret()))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 16 and len(set(keys)) == 1 and os.listdir(place.parent) == ["grading.key"]


def test_a_file_system_without_hard_links_holds_it_too(place, monkeypatch):
    monkeypatch.setattr(secret.os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "not permitted")))
    assert load_secret() == load_secret() == place.read_bytes()


def test_without_a_name_it_lies_in_the_configuration_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_GRADING_KEY")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert find_secret() == tmp_path / ".config" / "from-gradient-to-product" / "grading.key"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert find_secret() == tmp_path / "xdg" / "from-gradient-to-product" / "grading.key"


def test_without_a_home_it_says_what_to_set(monkeypatch):
    monkeypatch.delenv("COURSE_GRADING_KEY")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(secret.Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    with pytest.raises(SecretError, match="no home folder.*COURSE_GRADING_KEY"):
        load_secret()


def test_where_it_cannot_be_made_it_says_what_to_set(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_GRADING_KEY", str(tmp_path / "file" / "grading.key"))
    with pytest.raises(SecretError, match="cannot be (made|read).*COURSE_GRADING_KEY"):
        load_secret()
    monkeypatch.setenv("COURSE_GRADING_KEY", str(tmp_path / "x" / "grading.key"))
    monkeypatch.setattr(secret.os, "open", lambda *_: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
    with pytest.raises(SecretError, match="Read-only file system.*COURSE_GRADING_KEY"):
        load_secret()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606, 0o620])
def test_one_that_others_can_read_or_write_is_refused_with_the_remedy(place, mode):
    load_secret()
    place.chmod(mode)
    with pytest.raises(SecretError, match="chmod 600"):
        load_secret()


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_what_is_no_key_is_refused_and_left_alone(place, content):
    place.parent.mkdir()
    place.write_bytes(content)
    place.chmod(0o600)
    with pytest.raises(SecretError, match="not a grading key of 32 bytes"):
        load_secret()
    assert place.read_bytes() == content


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_a_folder_or_a_pipe_in_its_place_is_refused_at_once(place, make):
    place.parent.mkdir()
    make(place)
    with pytest.raises(SecretError, match="COURSE_GRADING_KEY"):
        load_secret()


def test_keys_of_different_purposes_tell_nothing_of_each_other():
    keys = {derive_key(bytes(32), purpose) for purpose in ("results", "random inputs", "gradescope 02_sgd")}
    assert len(keys) == 3 and {len(key) for key in keys} == {32} and bytes(32) not in keys


DATA = {"a": 1, "b": {"c": [1.5, "é名", None]}, "odd": "\udcff"}


def test_what_is_sealed_is_believed_in_any_order_and_nothing_else():
    sealed = seal(DATA, b"key")
    assert is_sealed(sealed, b"key") and is_sealed(dict(reversed(sealed.items())), b"key")
    assert is_sealed({**sealed, "odd": "?"}, b"key"), "as it comes back from a file"
    changes = [{"a": 2}, {"a": "1"}, {"a": True}, {"new": 1}, {"b": {"c": [1.5, "é", None]}}, {"digest": "0" * 64},
               {"digest": 5}, {"digest": "é"}, {"digest": None}]  # fmt: skip
    for change in changes:
        assert not is_sealed({**sealed, **change}, b"key"), change
    for other in ({name: sealed[name] for name in ("a", "digest")}, DATA, [], None, "x", 3):
        assert not is_sealed(other, b"key")
    assert not is_sealed(sealed, b"another") and not is_sealed(sealed, b"")
