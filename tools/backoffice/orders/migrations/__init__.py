"""Changes of the tables of records, in order."""
