"""Tests of pricing and checking tariffs on the command line."""
