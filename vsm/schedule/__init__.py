"""How do reports arrive on their own? Runs that somebody can leave alone for a year."""
