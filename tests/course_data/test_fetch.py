"""Fetching: every way data can go missing, break off, be damaged or be hostile, without any network but loopback."""

import gzip
import hashlib
import http.server
import io
import json
import os
import pwd
import subprocess
import sys
import tarfile
import threading
import time
import urllib.parse
import zipfile

import pytest

from course_data import archives, download, fetch
from course_data import cache as caching
from course_data.registry import SOURCES, Source
from course_utils.files import locked

CONTENT = b"1,2,3\n" * 50_000


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COURSE_OFFLINE", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "cache"


@pytest.fixture
def source(tmp_path):
    (tmp_path / "origin").mkdir()
    origin = tmp_path / "origin" / "numbers.csv"
    origin.write_bytes(CONTENT)
    return make_source(origin.as_uri())


def make_source(url, content=CONTENT, **changes):
    fields = {
        "name": "numbers", "title": "three numbers", "kind": "url", "licence": "CC0", "citation": "Nobody, 2020",
        "filename": "numbers.csv", "url": url, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content),
        "instead": "count with your fingers",
    }  # fmt: skip
    return Source(**{**fields, **changes})


def build(raw, folder):
    (path,) = raw.values()
    (folder / "compact.txt").write_bytes(path.read_bytes()[:6])


def list_cache(cache):
    return sorted(path.name for path in cache.iterdir()) if cache.exists() else []


# --- the cache ---------------------------------------------------------------------------------------------------


def test_second_fetch_comes_from_the_cache(source, cache, tmp_path):
    folder, origin = fetch.fetch(source, build)
    assert (folder / "compact.txt").read_bytes() == b"1,2,3\n" and origin == "the network"
    (tmp_path / "origin" / "numbers.csv").unlink()
    assert fetch.fetch(source, build) == (folder, "the cache")
    assert list(cache.glob("downloads/*")) == [], "the raw file is not kept beside the compact one"


def test_provenance_stands_beside_the_files(source):
    record = json.loads((fetch.fetch(source, build)[0] / "provenance.json").read_text(encoding="utf-8"))
    assert record["licence"] == "CC0" and record["citation"] == "Nobody, 2020" and record["sha256"] == source.sha256
    assert record["files"] == {"compact.txt": hashlib.sha256(b"1,2,3\n").hexdigest()}
    assert time.strptime(record["fetched"], "%Y-%m-%dT%H:%M:%SZ")


def test_a_hash_is_computed_once_a_process(source, monkeypatch):
    fetch.fetch(source, build)
    fetch.fetch(source, build)  # the first look into the cache
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("hashed again"))
    fetch.fetch(source, build)


def test_a_damaged_file_is_found_set_aside_and_made_anew(source, cache, capsys):
    folder, _ = fetch.fetch(source, build)
    (folder / "compact.txt").write_bytes(b"1,2,4\n")  # same size, one digit off
    assert fetch.check_cached(source) == "the cached file compact.txt is damaged"
    again, origin = fetch.fetch(source, build)
    assert (again / "compact.txt").read_bytes() == b"1,2,3\n" and origin == "the network"
    assert (cache / "numbers.damaged" / "compact.txt").read_bytes() == b"1,2,4\n"
    assert "numbers: the cached file compact.txt is damaged; set aside as numbers.damaged" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": {}}', '{"files": 3, "format": 1, "sha256": ""}'])
def test_a_damaged_record_is_found(source, content):
    folder, _ = fetch.fetch(source, build)
    (folder / "provenance.json").write_text(content)
    assert fetch.check_cached(source) != ""
    assert fetch.fetch(source, build)[1] == "the network"


def test_a_missing_file_is_found(source):
    folder, _ = fetch.fetch(source, build)
    (folder / "compact.txt").unlink()
    assert fetch.fetch(source, build)[1] == "the network"


def test_damaged_and_offline_says_both(source, monkeypatch, capsys):
    folder, _ = fetch.fetch(source, build)
    (folder / "compact.txt").write_bytes(b"junk")
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    with pytest.raises(fetch.MissingDataError, match="COURSE_OFFLINE is set"):
        fetch.fetch(source, build)
    assert "is damaged" in capsys.readouterr().out


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_a_builder_that_fails_midway_leaves_nothing(source, cache, failure):
    def break_off(raw, folder):
        (folder / "compact.txt").write_bytes(b"1,")
        raise failure("midway")

    with pytest.raises(failure):
        fetch.fetch(source, break_off)
    assert not [name for name in list_cache(cache) if name not in ("downloads", "numbers.lock")]
    assert (fetch.fetch(source, build)[0] / "compact.txt").read_bytes() == b"1,2,3\n"


def test_a_process_killed_midway_leaves_nothing_in_place_and_its_rest_is_cleared(source, cache):
    script = (
        "import os\nfrom course_data import fetch\nfrom course_data.registry import Source\n"
        "def build(raw, folder):\n    (folder / 'compact.txt').write_text('half')\n    os._exit(9)\n"
        f"fetch.fetch({source!r}, build)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], stderr=subprocess.DEVNULL).returncode == 9
    assert fetch.check_cached(source) == "not in the cache"
    (cache / "downloads" / ".pip-numbers-x").mkdir()
    assert (fetch.fetch(source, build)[0] / "compact.txt").read_bytes() == b"1,2,3\n"
    assert set(list_cache(cache)) <= {"downloads", "numbers", "numbers.lock"}


def test_a_cache_that_cannot_be_written_says_what_to_set(source, tmp_path, monkeypatch):
    (tmp_path / "taken").write_text("a file, not a folder")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "taken"))
    with pytest.raises(fetch.MissingDataError, match="Set COURSE_CACHE"):
        fetch.fetch(source, build)


@pytest.fixture
def homeless(monkeypatch):
    """An account without HOME and without an entry in the list of users, as containers have them."""
    for variable in ("HOME", "XDG_CACHE_HOME", "COURSE_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: (_ for _ in ()).throw(KeyError(uid)))


def test_without_a_home_the_variable_is_named_and_setting_it_helps(homeless, source, monkeypatch, tmp_path):
    with pytest.raises(fetch.MissingDataError, match="no home folder.* Set COURSE_CACHE"):
        fetch.fetch(source, build)
    assert "Set COURSE_CACHE" in fetch.check_ready(source)
    monkeypatch.setenv("COURSE_CACHE", "~/data")
    with pytest.raises(fetch.MissingDataError, match="Set COURSE_CACHE"):
        fetch.fetch(source, build)
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    assert fetch.fetch(source, build)[1] == "the network"


def test_what_a_package_ships_needs_no_home(homeless, package):
    assert list(fetch.find_packaged(package, remember=True)) == ["data.gz"] and fetch.check_ready(package) == ""


def test_who_waits_for_another_process_is_told_so(source, cache):
    script = f"from course_data import fetch\nfrom course_data.registry import Source\nfetch.fetch({source!r}, print)"
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as waiting, locked(cache / "numbers.lock"):
        assert waiting.stdout.readline() == "waiting for another process that prepares numbers …\n"
        fetch._build_folder(source, {"a": cache / "numbers.lock"}, lambda raw, folder: None, cache / "numbers")
    assert waiting.returncode == 0


def test_the_cache_is_per_user_unless_chosen(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    for platform in ("linux", "win32"):
        monkeypatch.setattr(sys, "platform", platform)
        assert caching.get_cache_dir() == tmp_path / "from-gradient-to-product"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert caching.get_cache_dir().parts[-3:] == ("Library", "Caches", "from-gradient-to-product")


def test_two_processes_at_once_build_once(source, tmp_path):
    script = (
        "import sys, time\n"
        "from course_data import fetch\nfrom course_data.registry import Source\n"
        f"source = {source!r}\n"
        "def build(raw, folder):\n"
        f"    open({str(tmp_path / 'log')!r}, 'a').write('built ')\n"
        "    time.sleep(0.5)\n    (folder / 'compact.txt').write_text('whole')\n"
        "folder, origin = fetch.fetch(source, build)\nprint(origin, (folder / 'compact.txt').read_text())\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    ends = [process.communicate(timeout=60)[0].splitlines()[-1] for process in both]
    assert sorted(ends) == ["the cache whole", "the network whole"]
    assert (tmp_path / "log").read_text() == "built "


# --- what the user brings, and the one error ---------------------------------------------------------------------


def test_a_file_put_by_hand_is_used_and_kept(cache, monkeypatch):
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    (cache / "downloads").mkdir(parents=True)
    (cache / "downloads" / "numbers.csv").write_bytes(CONTENT)
    folder, origin = fetch.fetch(make_source("https://nowhere.invalid/numbers.csv"), build)
    assert "downloads" in origin and (folder / "compact.txt").exists()
    assert (cache / "downloads" / "numbers.csv").exists(), "what the user put there stays"


def test_a_wrong_file_put_by_hand_is_set_aside(source, cache, capsys):
    (cache / "downloads").mkdir(parents=True)
    (cache / "downloads" / "numbers.csv").write_bytes(b"<html>Please log in</html>")
    assert fetch.fetch(source, build)[1] == "the network"
    assert "is not the file we know" in capsys.readouterr().out
    assert (cache / "downloads" / "numbers.csv.damaged").exists()


def test_the_error_lists_every_way_out(cache, monkeypatch):
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    source = make_source("https://nowhere.invalid/numbers.csv")
    with pytest.raises(fetch.MissingDataError) as caught:
        fetch.fetch(source, build)
    message = str(caught.value)
    for way in ("python -m course_data download numbers", "numbers.csv", source.url, source.sha256,
                str(cache / "downloads"), "count with your fingers"):  # fmt: skip
        assert way in message
    assert not (cache / "numbers").exists()


def test_bytes_that_are_not_the_publishers_are_refused(source, cache, tmp_path):
    (tmp_path / "origin" / "numbers.csv").write_bytes(CONTENT + b"4")
    with pytest.raises(fetch.MissingDataError, match=f"sha256 [0-9a-f]{{64}}, expected {source.sha256}"):
        fetch.fetch(source, build)
    assert not (cache / "numbers").exists() and list(cache.glob("downloads/*")) == []


# --- downloads that break off ------------------------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT; the server's `plan` says for each request how many bytes come before the line is cut."""

    def do_GET(self):
        self.server.ranges.append(self.headers.get("Range"))
        start = int(self.headers["Range"][6:-1]) if self.headers["Range"] and self.server.can_resume else 0
        if start >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        cut = self.server.plan.pop(0) if self.server.plan else None
        self.wfile.write(CONTENT[start:][:cut])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.ranges, running.plan, running.can_resume = [], [], True
        threading.Thread(target=running.serve_forever, daemon=True).start()
        running.source = make_source(f"http://127.0.0.1:{running.server_port}/numbers.csv")
        yield running
        running.shutdown()


def test_a_broken_download_goes_on_where_it_stopped(server, cache):
    server.plan = [100_000]
    with pytest.raises(fetch.MissingDataError, match="100,000 bytes are kept; the next try goes on from there"):
        fetch.fetch(server.source, build)
    assert (cache / "downloads" / "numbers.csv.part").stat().st_size == 100_000
    assert not (cache / "numbers").exists()
    assert fetch.fetch(server.source, build)[1] == "the network"
    assert server.ranges == [None, "bytes=100000-"]
    assert not (cache / "downloads" / "numbers.csv.part").exists()


def test_a_server_without_ranges_is_asked_for_all_of_it(server):
    server.plan, server.can_resume = [100_000], False
    with pytest.raises(fetch.MissingDataError):
        fetch.fetch(server.source, build)
    assert (fetch.fetch(server.source, build)[0] / "compact.txt").read_bytes() == b"1,2,3\n"
    assert len(server.ranges) == 2, "all of it was written over the kept bytes, not after them"


@pytest.mark.parametrize("kept", [b"x" * 1_000, b"x" * (len(CONTENT) + 10)], ids=["short", "too long"])
def test_bad_kept_bytes_are_thrown_away_once(server, cache, kept):
    (cache / "downloads").mkdir(parents=True)
    (cache / "downloads" / "numbers.csv.part").write_bytes(kept)
    assert (fetch.fetch(server.source, build)[0] / "compact.txt").read_bytes() == b"1,2,3\n"
    assert server.ranges == [f"bytes={len(kept)}-", None]


def test_a_file_that_is_not_there_is_reported_with_its_code(tmp_path):
    with pytest.raises(download.DownloadError, match="numbers.csv"):
        download.download(make_source((tmp_path / "absent" / "numbers.csv").as_uri()), tmp_path)


@pytest.mark.parametrize("first", ["absent", "another file"])
def test_the_mirror_is_asked_where_the_publisher_fails(source, cache, tmp_path, first):
    broken = tmp_path / "origin" / "broken.csv"
    if first == "another file":
        broken.write_bytes(b"a page that says no")
    mended = make_source(broken.as_uri(), mirror=source.url)
    assert (fetch.fetch(mended, build)[0] / "compact.txt").read_bytes() == b"1,2,3\n"
    assert list(cache.glob("downloads/*")) == []


def test_where_both_addresses_fail_each_is_named_with_its_reason(tmp_path):
    absent = [(tmp_path / name).as_uri() for name in ("publisher.csv", "mirror.csv")]
    with pytest.raises(fetch.MissingDataError) as caught:
        fetch.fetch(make_source(absent[0], mirror=absent[1]), build)
    reason, by_hand = str(caught.value).split("by hand")
    assert all(f"{url}: <urlopen error" in reason and url in by_hand for url in absent)


def test_each_download_and_the_model_have_a_second_address():
    downloads = [source for source in SOURCES.values() if source.kind == "url"]
    hosts = [{urllib.parse.urlsplit(url).netloc for url in (source.url, source.mirror)} for source in downloads]
    assert hosts and all(len(pair - {""}) == 2 for pair in hosts)
    message = str(fetch.make_missing_error(SOURCES["bert"], "absent"))
    assert "HF_ENDPOINT" in message and "ModelScope" in message


# --- source distributions ----------------------------------------------------------------------------------------


@pytest.fixture
def trap(tmp_path, monkeypatch):
    """A source distribution whose setup.py leaves a mark when it is run, in a folder that pip looks into."""
    mark = tmp_path / "executed"
    setup = f"open({str(mark)!r}, 'w').write('x')\nfrom setuptools import setup\nsetup(name='trap', version='1.0')\n"
    members = {"trap-1.0/setup.py": setup, "trap-1.0/data.csv": "1,2,3\n"}
    members["trap-1.0/PKG-INFO"] = "Metadata-Version: 1.0\nName: trap\nVersion: 1.0\n"
    (tmp_path / "links").mkdir()
    archive = tmp_path / "links" / "trap-1.0.tar.gz"
    archive.write_bytes(make_tar({name: text.encode() for name, text in members.items()}))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "links"))
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    return make_source("", kind="sdist", requirement="trap==1.0", filename="trap-1.0.tar.gz", sha256=sha256), mark


def make_tar(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def test_pip_fetches_a_source_distribution_and_runs_nothing_of_it(trap, tmp_path):
    source, mark = trap
    path = download.download(source, tmp_path / "into")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == source.sha256
    assert not mark.exists(), "setup.py was executed"
    assert [p.name for p in (tmp_path / "into").iterdir()] == ["trap-1.0.tar.gz"]


def test_pip_refuses_a_source_distribution_with_another_hash(trap, tmp_path):
    source, mark = trap
    wrong = make_source("", kind="sdist", requirement="trap==1.0", filename=source.filename, sha256="0" * 64)
    with pytest.raises(download.DownloadError, match="DO NOT MATCH THE HASHES"):
        download.download(wrong, tmp_path / "into")
    assert not mark.exists() and list((tmp_path / "into").iterdir()) == []


def test_what_pip_delivers_is_hashed_again(trap, tmp_path, monkeypatch):
    source, _ = trap

    def deliver_junk(command, **_):
        folder = command[command.index("-d") + 1]
        os.mkdir(folder)
        with open(os.path.join(folder, source.filename), "wb") as stream:
            stream.write(b"junk")
        return subprocess.CompletedProcess(command, 0, stdout="Saved")

    monkeypatch.setattr(subprocess, "run", deliver_junk)
    with pytest.raises(download.DownloadError, match="is not the file we know"):
        download.download(source, tmp_path / "into")
    assert list((tmp_path / "into").iterdir()) == []


def test_pip_without_an_index_gives_its_last_lines_and_the_ways_out(trap, tmp_path):
    source, _ = trap
    (tmp_path / "links" / "trap-1.0.tar.gz").unlink()
    with pytest.raises(fetch.MissingDataError) as caught:
        fetch.fetch(source, build)
    assert "No matching distribution found for trap==1.0" in str(caught.value)
    assert "put it into" in str(caught.value)


# --- packages ----------------------------------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path, monkeypatch):
    root = tmp_path / "site" / "shipping_package"
    root.mkdir(parents=True)
    (root / "__init__.py").write_text("raise ImportError('was imported')")
    (root / "data.gz").write_bytes(gzip.compress(b"1,2\n", mtime=0))
    monkeypatch.syspath_prepend(tmp_path / "site")
    sha256 = hashlib.sha256((root / "data.gz").read_bytes()).hexdigest()
    about = {"kind": "package", "module": "shipping_package", "requirement": "shipping==1.0", "sha256": ""}
    return make_source("", members={"data.gz": sha256}, **about)


def test_a_packaged_file_is_found_without_importing_its_package(package):
    assert fetch.find_packaged(package)["data.gz"].name == "data.gz"
    assert "shipping_package" not in sys.modules and fetch.check_ready(package) == ""


def test_a_packaged_file_with_other_bytes_is_refused(package, tmp_path):
    (tmp_path / "site" / "shipping_package" / "data.gz").write_bytes(b"other")
    with pytest.raises(fetch.MissingDataError, match="not the file we know"):
        fetch.find_packaged(package)
    assert "not the file we know" in fetch.check_ready(package)


def test_an_absent_package_names_the_command(tmp_path):
    absent = make_source("", kind="package", module="no_such_package", requirement="absent==1.0", members={"a": ""})
    with pytest.raises(fetch.MissingDataError, match="course_data download numbers"):
        fetch.find_packaged(absent)


# --- small tools -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["data/../../evil.txt", "/data/evil.txt", "data/..\\..\\evil.txt", "C:/data/evil.txt"])
@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_members_that_point_outside_are_refused(tmp_path, name, kind):
    path = tmp_path / "archive"
    if kind == "tar":
        path.write_bytes(make_tar({name: b"x"}))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(zipfile.ZipInfo(name), b"x")
    with pytest.raises(archives.UnsafeArchiveError, match="points outside"):
        list(archives.read_members(path, ["*evil.txt"]))


def test_links_and_unasked_members_are_passed_over(tmp_path):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        link = tarfile.TarInfo("data/a.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        info = tarfile.TarInfo("data/b.txt")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"b"))
        archive.addfile(tarfile.TarInfo("../unasked.bin"))
    assert list(archives.read_members(io.BytesIO(buffer.getvalue()), ["data/*.txt"])) == [("data/b.txt", b"b")]


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path):
    (tmp_path / "bomb.tar.gz").write_bytes(make_tar({"a.txt": bytes(10_000), "b.txt": bytes(10_000)}))
    with pytest.raises(archives.UnsafeArchiveError, match="unpacks to more than"):
        list(archives.read_members(tmp_path / "bomb.tar.gz", ["*"], limit=15_000))


def test_a_remembered_hash_survives_the_process_but_not_a_change(tmp_path, monkeypatch):
    path, memory = tmp_path / "large.bin", tmp_path / "verified.json"
    path.write_bytes(b"one")
    first = caching.hash_once(path, memory)
    caching._seen.clear()  # a new process
    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("hashed again"))
        assert caching.hash_once(path, memory) == first
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert caching.hash_once(path, memory) == hashlib.sha256(b"two").hexdigest()
    assert len(json.loads(memory.read_text())) == 1, "one row a path"


@pytest.mark.parametrize("junk", ["", "{}", "3", "[[1, 2]]", "nonsense"])
def test_an_unreadable_memory_counts_as_empty(tmp_path, junk):
    (tmp_path / "large.bin").write_bytes(b"one")
    (tmp_path / "verified.json").write_text(junk)
    assert caching.hash_once(tmp_path / "large.bin", tmp_path / "verified.json") == hashlib.sha256(b"one").hexdigest()
