"""Runs the command-line tools: info, watch, send, doctor.

May import: bridge, link, session, data, view, errors, version.
"""
