"""The side-by-side benchmark: servers on one core, load and origin on the other."""
