"""Talks to drivers on their Unix sockets."""
