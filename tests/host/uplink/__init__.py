"""Our HTTP against a stock server."""
