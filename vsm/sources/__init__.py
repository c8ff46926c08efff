"""What did the world say? Each module reads one kind of system into the archive, as it was fetched."""
