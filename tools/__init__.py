"""What people run beside the terminal: the `kilotap` command, the back office, and this project's own checks.

It knows the terminal's pure rooms and never the inside of a running terminal.
"""
