"""How does the stream flow? Measures over visits, handoffs and waits; pure, and no picture of them."""
