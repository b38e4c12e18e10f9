"""Every read, one file per question; returns frozen rows and column arrays (rows.py). Nothing here writes."""
