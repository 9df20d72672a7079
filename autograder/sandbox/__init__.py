"""The wall between the grader and a learner's code: what runs inside it, and what holds it from outside."""
