"""Portable tests of HTTP, uploads and enrolment."""
