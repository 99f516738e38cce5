"""C structs as Python sees them: a header read and proved, a schema, the frames of the wire."""
