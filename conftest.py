"""Blocks every socket but loopback for the tests and for each notebook's kernel: a stray download fails the build."""

import atexit
import os
import runpy
import shutil
import tempfile
from pathlib import Path

OFFLINE = Path(__file__).parent / "tests" / "offline"

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")]))
if "PYTEST_XDIST_WORKER" in os.environ:  # pytest -n 2: two notebooks at once, so a thread for each
    os.environ.setdefault("OMP_NUM_THREADS", "1")
if "COURSE_GRADING_KEY" not in os.environ:  # never the one of whoever runs the tests
    _folder = tempfile.mkdtemp()
    os.environ["COURSE_GRADING_KEY"] = os.path.join(_folder, "grading.key")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
runpy.run_path(str(OFFLINE / "sitecustomize.py"))  # this process; kernels and other children load it by PYTHONPATH
