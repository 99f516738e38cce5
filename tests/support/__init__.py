"""The parts that several tests use: a small schema, a driver made of Python, and real processes."""
