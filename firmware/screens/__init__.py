"""What the driver reads, in several languages, as data. It refuses to know displays."""
