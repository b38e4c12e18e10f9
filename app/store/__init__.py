"""Every write, one noun per file. Idempotent where the world may repeat itself; never commits: the border does."""
