"""``python -m cwire`` is the `cwire` command."""

import sys

from cwire.cli import main

sys.exit(main())
