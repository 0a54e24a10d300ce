"""One file for each port that a driver process uses. They know no test."""
