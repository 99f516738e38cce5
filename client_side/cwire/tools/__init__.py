"""Runs the command-line tools: info, watch, send, publish, doctor, bench.

May import: bridge, driver, ipc, link, session, data, view, errors, version.
"""
