"""Reports that arrive on their own: runs that somebody can leave alone for a year."""
