"""One module an exercise: its questions, hints, misconceptions and checks, as EXERCISE. Trusted side only."""
