"""Says in assignments that the course exported before October 2026 what to do: their test cells ask for this module."""

raise ImportError(
    "This assignment was exported with an earlier version of the course. Teacher: export it again "
    "(python -m autograder export nbgrader EXERCISE FOLDER). 这份作业是用早先版本的课程导出的，请老师重新导出。"
)
