"""Tests of the boards; they need an operating system and its libraries."""
