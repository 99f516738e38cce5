"""Answers HTTP: listeners, pages, the handshake, metrics."""
