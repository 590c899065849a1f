"""An immutable, memory-mapped copy of the graph to compute on."""
