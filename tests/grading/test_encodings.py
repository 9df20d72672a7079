"""A notebook that an editor has saved in an encoding of its own is read; pictures and the like are not."""

import json

import pytest

from autograder.grading.parsing import SubmissionError, read_notebook


@pytest.mark.parametrize(
    ("encoding", "comment"),
    [
        ("latin-1", "für ü\nschön"),
        ("cp1252", "a – “b”"),
        ("gb18030", "我的答案：梯度"),
        ("utf-8-sig", "ü"),
        ("utf-16", "我"),
    ],
)
def test_notebooks_in_other_encodings(encoding, comment):
    source = f"# {comment}\nX = 1"
    notebook = {"cells": [{"cell_type": "code", "source": source}]}
    _, cells = read_notebook(json.dumps(notebook, ensure_ascii=False).encode(encoding))
    assert cells[0].source.endswith("\nX = 1") and cells[0].source.count("\n") == source.count("\n")
    assert encoding == "cp1252" or cells[0].source == source


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\xf0\x28", b"{\0\xff\xfe\xfc", b"{\xfc"])
def test_what_is_no_notebook_in_any(data):
    with pytest.raises(SubmissionError):
        read_notebook(data)
