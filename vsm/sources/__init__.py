"""Where do the raw facts come from? The left wall: one module per system, and the archive that keeps them."""
