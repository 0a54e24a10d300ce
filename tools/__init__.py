"""What people run beside the terminal: the `kilotap` command, the operator's back office, and the checks of this project.

It knows the terminal's pure rooms and never the inside of a running terminal.
"""
