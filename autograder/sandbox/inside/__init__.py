"""UNTRUSTED: all that is mounted where a learner's code runs; imports nothing else of this package."""
