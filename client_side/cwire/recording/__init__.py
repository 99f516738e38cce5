"""Records what drivers publish into files, reads the files, and plays them.

May import: driver, saving, session, data, view, errors, version.
"""
