"""python -m scrapers.practice --port 8099: the practice site by itself."""

from __future__ import annotations

import argparse

import uvicorn

from scrapers.practice.site import application

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--port", type=int, default=8099)
uvicorn.run(application, host="127.0.0.1", port=arguments.parse_args().port)
