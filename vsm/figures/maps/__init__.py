"""Maps: the value stream, the flow between its stages, the teams, and the matrix of handoffs."""
