"""Records what drivers publish into files, and reads the files.

May import: session, data, view, errors, version.
"""
