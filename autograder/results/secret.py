"""The teacher's secret: random inputs and stored results depend on it, so nobody without it can foresee or forge them.

It lies in the file that $COURSE_GRADING_KEY names, else in the user's configuration folder, and is made at first use.
With the same key the same file gets the same score, on every machine; with another one, other inputs are drawn.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import stat
from pathlib import Path

VARIABLE = "COURSE_GRADING_KEY"
_BYTES = 32
_ELSEWHERE = f"set {VARIABLE} to a file elsewhere, such as {VARIABLE}=/path/that/is/yours/grading.key"


class SecretError(ValueError):
    """The secret can be neither read nor made; the message says why and what to do."""


def load_secret() -> bytes:
    """The 32 bytes, made at first use and readable by their owner only. Raises SecretError."""
    path = find_secret()
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    try:
        _make(path)
        return _read(path)
    except OSError as error:
        raise SecretError(f"the grading key {path} cannot be made ({error.strerror}): {_ELSEWHERE}") from None


def find_secret() -> Path:
    """Where the secret lies, or will. Raises SecretError where there is no home folder and none was named."""
    if named := os.environ.get(VARIABLE):
        return Path(named).absolute()
    try:
        base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    except RuntimeError:
        raise SecretError(f"the grading key has no place, since there is no home folder: {_ELSEWHERE}") from None
    return Path(base).absolute() / "from-gradient-to-product" / "grading.key"


def derive_key(secret: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose: they lead neither back to the secret nor to another purpose's."""
    return hmac.digest(secret, purpose.encode(), "sha256")


def seal(data: dict, key: bytes) -> dict:
    """The plain data with a keyed digest of them; without a key as they are."""
    return {**data, "digest": _digest(data, key)} if key else data


def is_sealed(data: object, key: bytes) -> bool:
    """Whether `seal` wrote exactly this, with this key."""
    if not isinstance(data, dict) or not isinstance(found := data.get("digest"), str) or not found.isascii():
        return False
    return hmac.compare_digest(found, _digest({name: data[name] for name in data if name != "digest"}, key))


def _digest(data: dict, key: bytes) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")  # as files hold it
    return hmac.new(key, text, "sha256").hexdigest()


def _read(path: Path) -> bytes:
    """Raises FileNotFoundError where there is none yet, SecretError where there is something else."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SecretError(f"the grading key {path} cannot be read ({error.strerror}): {_ELSEWHERE}") from None
    status = os.fstat(handle)
    if stat.S_ISDIR(status.st_mode):  # no file object holds a folder
        os.close(handle)
        raise SecretError(f"the grading key {path} is a folder: {_ELSEWHERE}")
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(status.st_mode):
            raise SecretError(f"the grading key {path} is not a file: {_ELSEWHERE}")
        if os.name == "posix" and status.st_mode & 0o077:
            raise SecretError(f"others can read or write the grading key: chmod 600 '{path}'")
        if os.name == "posix" and status.st_uid not in (os.geteuid(), 0):
            raise SecretError(f"the grading key {path} belongs to somebody else: {_ELSEWHERE}")
        key = file.read(_BYTES + 1)
    if len(key) != _BYTES:
        raise SecretError(f"{path} is not a grading key of {_BYTES} bytes: put the right one back, or remove it "
                          "(a new one is made, and everything is graded again)")  # fmt: skip
    return key


def _make(path: Path) -> None:
    """Of two commands that make it at the same time, both find the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without such links
            os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
