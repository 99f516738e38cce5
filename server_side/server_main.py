"""Starts the relay: python server_side/server_main.py. See --help."""

import signal
import sys

# Ctrl-C while the relay is imported ends it without a word; then it has handlers of its own.
signal.signal(signal.SIGINT, signal.SIG_DFL)

try:
    from cwire_server.main import main
except ModuleNotFoundError as error:
    sys.exit(f"server_main.py: {error}; run `make setup` and use .venv/bin/python")

if __name__ == "__main__":
    sys.exit(main())
