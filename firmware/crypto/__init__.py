"""Proof: canonical bytes, P-256, JOSE. It refuses to know what is proved, and where a key is kept."""
