"""The class that tests and the benchmark grade: reproducible, of every kind, with known scores that grading gives."""

import pytest
from hostile import HOSTILE
from make_class import KINDS, make_class

from autograder.grading.lanes import grade_locally
from autograder.grading.setting import Setting
from autograder.grading.students import find_owner


def test_a_class_depends_on_its_seed_only():
    one, again, other = (make_class("02_sgd", 60, seed) for seed in (1, 1, 2))
    assert one == again and one != other
    assert len({handed.file for handed in one}) == 60 and {handed.kind for handed in one} == set(KINDS)


def test_each_file_is_another_student():
    handed = make_class("01_backprop", 100)
    assert len({find_owner(one.file, "01_backprop").student for one in handed}) == 100


def test_scores_are_what_each_submission_deserves():
    handed = {one.file: one for one in make_class("01_backprop", 24, seed=3, kinds={kind: 1 for kind in KINDS})}
    setting = Setting("01_backprop", timeout=2.0, total=30.0)
    records = dict(grade_locally(((name, one.data) for name, one in handed.items()), setting, jobs=2))
    assert records.keys() == handed.keys()
    for name, one in handed.items():
        record = records[name]
        assert one.lowest <= record.score <= one.highest and record.status == one.status, (one.kind, one.what, record)


@pytest.mark.parametrize("name", HOSTILE)
def test_every_attack_is_python(name):
    compile(HOSTILE[name].code, name, "exec")
