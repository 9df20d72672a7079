"""From the files that were handed in to one record a student."""
