"""Talks to clients on their WebSockets."""
