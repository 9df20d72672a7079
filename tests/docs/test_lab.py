"""The commands that open the course: its folder is JupyterLab's root, lesson 00 is on screen, every link leads on."""

import functools
import json
import os
import posixpath
import re
import shutil
import urllib.parse
from pathlib import Path

import pytest
from labs import ROOT, Lab, read_command, rename_course, start, wait_for

FOLDERS = ("notebooks", "exercises", "solutions")
FIRST_PAGE = {
    "Makefile": "/lab/tree/notebooks/00_start_here.ipynb",
    "README.md": "/lab/tree/notebooks/00_start_here.ipynb",
    "README.zh-CN.md": "/lab/tree/notebooks/zh/00_start_here.ipynb",
}
MARKDOWN = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")
NEWS = "lab/api/settings/@jupyterlab/apputils-extension:notification"
LINK = re.compile(r"""\]\(<?([^)\s>]+)|\b(?:href|src)=["']([^"']+)""")  # Markdown's and HTML's
CONSOLE_SCRIPT = re.compile(r"(?:\.venv/bin/|\$\(BIN\)/)(?!python\b)[\w.-]+")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a renamed folder is made of symbolic links")


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """The course's folder, renamed after set-up."""
    return rename_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def servers(course, tmp_path_factory):
    """Document -> what its command started and its home: all at once, equal commands once, root with make's leave."""
    leave = " --allow-root" if os.getuid() == 0 else ""

    @functools.cache
    def run(command: str):
        home = tmp_path_factory.mktemp("home")
        return start(command, course, home), home

    documents = [document for document in FIRST_PAGE if document != "Makefile" or shutil.which("make")]
    started = {document: run(read_command(document).replace(" --allow-root", "") + leave) for document in documents}
    yield started
    for server, _ in started.values():
        server.kill()
        server.wait()


@pytest.fixture(scope="module", params=list(FIRST_PAGE))
def document(request) -> str:
    """A document that says how JupyterLab is opened."""
    return request.param


@pytest.fixture(scope="module")
def lab(document, servers) -> Lab:
    """JupyterLab as that document starts it."""
    if document not in servers:
        pytest.skip("no make here: the plain commands are for this machine")
    return wait_for(*servers[document])


def test_the_folder_of_the_course_is_the_root(lab, course):
    assert Path(lab.root).resolve() == course.resolve()
    assert lab.folder == "." and set(FOLDERS) <= lab.list_folder("")


def test_lesson_00_is_opened(lab, document):
    assert lab.page == FIRST_PAGE[document]
    assert lab.shows(lab.page.removeprefix("/lab/tree/"))


def test_every_relative_link_leads_on(lab):
    dead = [
        f"{document}: {link}"
        for document in list_documents()
        for link in sorted(read_links(document))
        if not lab.shows(resolve_link(document, link))
    ]
    assert not dead, f"{len(dead)} dead links\n" + "\n".join(dead)


def test_no_news_is_offered(lab):
    """The default, "none", puts a pop-up over the page, with `LabApp.news_url=None` too."""
    assert lab.get(NEWS)["schema"]["properties"]["fetchNews"]["default"] == "false"


def test_every_notebook_and_document_has_links():
    assert [document for document in list_documents() if not read_links(document)] == []
    assert {"CONTRIBUTING.md", "LICENSE", "docs/road.png"} <= read_links("README.md")


@pytest.mark.parametrize("document", ["Makefile", *MARKDOWN])
def test_no_command_breaks_when_the_folder_is_renamed(document):
    """A console script holds its environment's path; `python -m jupyter lab` runs one."""
    text = (ROOT / document).read_text(encoding="utf-8")
    assert CONSOLE_SCRIPT.findall(text) + re.findall(r"-m jupyter\b.*", text) == []


def list_documents() -> list[str]:
    """Every notebook of the course, and the Markdown files at its root that a reader opens, from the root."""
    notebooks = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.ipynb"))]
    visible = [path for path in notebooks if ".ipynb_checkpoints" not in path.parts]
    return [path.relative_to(ROOT).as_posix() for path in visible] + list(MARKDOWN)


@functools.cache
def read_links(document: str) -> frozenset[str]:
    """The relative links of a Markdown file, or of a notebook's prose and rich outputs, without their fragments."""
    text = (ROOT / document).read_text(encoding="utf-8")
    if document.endswith(".ipynb"):
        cells = json.loads(text)["cells"]
        outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", ())]
        parts = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
        parts += [data[kind] for data in outputs for kind in ("text/html", "text/markdown") if kind in data]
        text = "\n".join("".join(part) for part in parts)
    links = {urllib.parse.unquote((markdown or html).partition("#")[0]) for markdown, html in LINK.findall(text)}
    return frozenset(link for link in links if link and not re.match(r"[a-zA-Z][a-zA-Z+.-]*:", link))


def resolve_link(document: str, link: str) -> str:
    """Where a link leads, from the root: JupyterLab joins it to the folder of the document that it stands in."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(document), link))
