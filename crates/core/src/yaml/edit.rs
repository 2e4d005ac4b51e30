//! Tree to edits: the only place that knows indentation.
