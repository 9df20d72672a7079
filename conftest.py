"""Blocks every socket but loopback for the tests and for each notebook's kernel: a stray download fails the build."""

import os
import runpy
from pathlib import Path

OFFLINE = Path(__file__).parent / "tests" / "offline"

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")]))
runpy.run_path(str(OFFLINE / "sitecustomize.py"))     # this process; kernels and other children load it by PYTHONPATH
