"""The shell: it performs effects through ports, in order, and is the only room that knows all others."""
