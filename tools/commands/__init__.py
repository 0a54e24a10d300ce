"""One module a command of `kilotap`: it parses words and prints results; the rooms below do the work."""
