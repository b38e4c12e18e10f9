"""Trains the bundled text model from labelled rows, and says how good it is on authors it has not seen."""
