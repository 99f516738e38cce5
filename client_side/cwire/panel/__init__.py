"""Makes forms for commands and actions: `bridge.panel()`.

May import: actions, link, session, data, view, kernel, errors.
"""
