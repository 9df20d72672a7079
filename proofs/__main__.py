"""`python -m proofs [EXERCISE …]`: proves the exercises' checks; --help says more."""

import sys

from proofs.verify import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
