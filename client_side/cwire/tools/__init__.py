"""Runs the command-line tools: info, watch, send, publish, doctor.

May import: bridge, driver, link, session, data, view, errors, version.
"""
