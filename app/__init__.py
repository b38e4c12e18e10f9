"""Shem Tov without its engines: what is recorded, labelled, shown and printed."""

import os

# Before anybody loads numpy: our systems of equations are small, and threads that fight over cores solve them slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
