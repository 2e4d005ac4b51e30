//! End to end checks live in `tests/tests/` and `tests/browser/`.
