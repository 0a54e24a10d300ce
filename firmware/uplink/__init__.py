"""What is sent and what comes back: HTTP/1.1, batches of records, orders. It refuses to know sockets."""
