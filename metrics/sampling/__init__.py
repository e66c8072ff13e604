"""The parts of the sampler: one module for each kind of thing that an answer holds."""
