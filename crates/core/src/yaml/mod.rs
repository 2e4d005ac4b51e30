//! YAML text to a tree in which everything knows where it was written.
