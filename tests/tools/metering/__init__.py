"""Tests of the technician's commands for meters."""
