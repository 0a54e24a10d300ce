"""What boards are built from. It knows system calls and streams of bytes, and never which board it serves."""
