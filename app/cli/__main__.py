"""python -m app.cli: the same as the shemtov command."""

from app.cli import main

main()
