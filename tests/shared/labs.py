"""Runs the commands that open the course, as they are written, in its folder renamed after set-up."""

import functools
import html
import json
import os
import posixpath
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = {"jupyter": "jupyter_core.command", "jupyter-lab": "jupyterlab.labapp"}  # whose `main` each one calls


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that runs: its root, the page that its browser would open, the folder beside it, address, token."""

    root: str
    page: str
    folder: str
    url: str
    token: str

    def get(self, path: str) -> dict:
        """The JSON under an address of the server; urllib's HTTPError where there is none."""
        request = urllib.request.Request(self.url + urllib.parse.quote(path, safe="/?=&:@"))
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    @functools.cache  # noqa: B019 - a dozen folders of two servers
    def list_folder(self, folder: str) -> frozenset[str]:
        """The names that the file browser shows in a folder; none where the server has no such folder."""
        try:
            return frozenset(entry["name"] for entry in self.get(f"api/contents/{folder}?type=directory")["content"])
        except urllib.error.HTTPError:
            return frozenset()

    def shows(self, path: str) -> bool:
        """Whether the file browser leads to a path, folder by folder."""
        folder, name = posixpath.split(path)
        return name in self.list_folder(folder) and (not folder or self.shows(folder))


def read_command(document: str) -> str:
    """The one command of a document that opens JupyterLab: a Makefile's by `make -n`, another's by its text.

    AssertionError where there is none, or more than one.
    """
    text = (ROOT / document).read_text(encoding="utf-8")
    if document == "Makefile":
        dry_run = ["make", "--no-print-directory", "-n", "-o", "setup", "lab"]
        text = subprocess.run(dry_run, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    commands = [line for line in text.splitlines() if re.match(r"\.venv/bin/.*\bjupyter", line)]
    assert len(commands) == 1, f"{document} has {len(commands)} commands that open JupyterLab: {commands}"
    return commands[0]


def rename_course(folder: Path) -> Path:
    """The course in a folder renamed after set-up: links to its files, an environment with this one's packages.

    The environment's console scripts name a Python that is no longer there, as everybody's do after a renaming.
    """
    before, after = folder / "before", folder / "after"
    environment, prefix = before / ".venv", Path(sys.prefix)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--symlinks", environment], check=True)
    packages = next(path for path in map(Path, sys.path) if (path / "jupyterlab").is_dir())
    (next(environment.glob("lib/python*/site-packages")) / "packages.pth").write_text(f"{packages}\n")
    for name, module in SCRIPTS.items():
        script = environment / "bin" / name
        script.write_text(f"#!{environment}/bin/python\nfrom {module} import main\nmain()\n")
        script.chmod(0o755)
    for name in ("etc", "share"):
        (environment / name).symlink_to(prefix / name)
    for path in ROOT.iterdir():
        if path.name not in (".venv", ".git"):
            (before / path.name).symlink_to(path)
    return before.rename(after)


def start(command: str, course: Path, home: Path) -> subprocess.Popen:
    """Runs a command in the course's folder for a user without settings of their own; its output goes to home/log.

    Only what a test needs is added: no browser, any free port.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    places = {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home), "JUPYTER_RUNTIME_DIR": str(home)}
    environment = own | places | {"PATH": "/usr/bin:/bin"}  # not the environment that runs the tests
    line = f"exec {command} --no-browser --ServerApp.port=0"
    with (home / "log").open("w") as log:
        return subprocess.Popen(line, shell=True, cwd=course, env=environment, stdout=log, stderr=log)


def wait_for(server: subprocess.Popen, home: Path, seconds: float = 120) -> Lab:
    """The JupyterLab that `start` began, once it answers; AssertionError with its log where it doesn't."""
    end = time.monotonic() + seconds  # a loaded machine; 5 s are usual
    while server.poll() is None and time.monotonic() < end:
        pages = sorted(home.glob("jpserver-*open*.html"), key=lambda path: len(path.name))
        link = re.search(r'href="([^"]+)"', pages[-1].read_text()) if pages else None
        if link and "Use Control-C" in (home / "log").read_text():
            address = urllib.parse.urlsplit(html.unescape(link[1]))
            page, asked = urllib.parse.unquote(address.path), dict(urllib.parse.parse_qsl(address.query))
            folder = asked.get("file-browser-path", posixpath.dirname(page).removeprefix("/lab/tree/"))
            found = json.loads(next(home.glob("jpserver-*.json")).read_text())
            return Lab(found["root_dir"], page, folder, found["url"], found["token"])
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{(home / 'log').read_text()}")
