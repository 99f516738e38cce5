"""Makes forms for commands: `bridge.panel()`.

May import: link, session, data, view, kernel, errors.
"""
