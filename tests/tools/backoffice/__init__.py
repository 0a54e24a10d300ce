"""Tests of the back office: the real one over TLS where wires matter, in this process where they do not."""
