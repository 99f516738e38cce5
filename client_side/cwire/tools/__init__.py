"""Runs the command-line tools: info, watch, send, call, publish, desktop, doctor, bench.

May import: bridge, desktop, driver, ipc, link, proxy, recording, saving, session, data, view,
errors, version.
"""
