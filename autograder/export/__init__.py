"""Grades and exercises as other systems read them: Canvas, Moodle, nbgrader, Gradescope."""
