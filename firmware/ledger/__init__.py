"""What is kept: journal, chain, checkpoint, outbox. It refuses to know what the records mean to people."""
