"""Records of graded submissions, and what a class gets of them: grades.csv, results, feedback."""
