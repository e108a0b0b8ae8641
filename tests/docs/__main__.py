"""``python -m tests.docs``; see ``generate``."""

import sys

from tests.docs.generate import main

sys.exit(main(sys.argv[1:]))
