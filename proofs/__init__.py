"""What must hold of every exercise: solution, untouched, unusual and wrong answers, mutants. Not in the wheel."""
