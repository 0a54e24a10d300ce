"""Lists the benchmarks that there are, with their yardsticks and bounds.

It does not know how they are run.
"""

from tools.benchmarks import (
    access,
    cards,
    growth,
    memory,
    meter,
    payment,
    pricing,
    screens,
    signing,
    simulation,
    starting,
    storage,
    uploads,
)
from tools.benchmarks.measuring import Benchmark

BENCHMARKS = (
    Benchmark("tap-to-uid", cards.tap_to_uid, "ms, 95th percentile", "none", 5),
    Benchmark("card-read", cards.read, "ratio of times", "the same APDUs in a bare transmit loop", 1.5),
    Benchmark("tap-to-decision", payment.tap_to_decision, "ms", "none", 320),
    Benchmark("price-live-growth", pricing.live_growth, "ratio of times", "a live update at sample 10", 1.1),
    Benchmark("price-day", pricing.day, "ratio of times", "bare loop with fractions.Fraction", 3),
    Benchmark("price-heap", pricing.heap, "KB", "none", 12),
    Benchmark("sign", signing.sign, "ratio of times", "1,000 multiplications modulo p", 1.1),
    Benchmark("sign-verify", signing.verify, "ratio of times", "1,000 multiplications modulo p", 4.5),
    Benchmark("sign-cpython", signing.on_cpython, "ratio of times", "package ecdsa", 1.0),
    Benchmark("receipt", signing.receipt, "ratio of times", "its two signatures alone", 1.3),
    Benchmark("ev2-garbage", signing.ev2, "KB", "none", 10),
    Benchmark("dda", signing.dda, "ratio of times", "its three modular powers", 1.3),
    Benchmark("append", storage.append, "ratio of times", "bare write and fdatasync", 1.25),
    Benchmark("append-sqlite", storage.append_sqlite, "ratio of times", "one row in SQLite, WAL, FULL", 1.0),
    Benchmark("start-growth", starting.growth, "ratio of times", "a start with 500 records", 1.2),
    Benchmark("flash-writes", storage.flash_writes, "ratio of bytes", "the records' own bytes", 5),
    Benchmark("simulator", simulation.short, "sessions a second", "none", 2000, at_least=True),
    Benchmark("simulator-long", simulation.long, "sessions a second", "none", 2000, at_least=True),
    Benchmark("heap", memory.heap, "KB", "none", 96),
    Benchmark("heap-growth", memory.growth, "bytes", "none", 256),
    Benchmark("meter-poll-cpu", meter.cpu, "ratio of processor times", "pymodbus sync RTU client", 0.25),
    Benchmark("meter-poll-latency", meter.latency, "ratio of added times", "pymodbus sync RTU client", 0.5),
    Benchmark("meter-line", meter.line, "ratio of times", "its bytes and two gaps of 3.5 characters", 1.05),
    Benchmark("herd", uploads.herd, "ratio of times", "an office that is never idle", 1.75),
    Benchmark("contract-lookup", access.contract_lookup, "ratio of times", "among 1,000 contracts", 1.3),
    Benchmark("batch-upload", uploads.batch_upload, "ratio of times", "a connection a record", 0.05),
    Benchmark(
        "ingest-sqlite", uploads.ingest_sqlite, "ratio of rates", "bare verifications", 0.65, at_least=True
    ),
    Benchmark(
        "ingest-postgresql",
        growth.ingest_postgresql,
        "ratio of rates",
        "bare verifications",
        0.55,
        at_least=True,
    ),
    Benchmark("ingest-growth", growth.ingest_growth, "ratio of times", "a batch at 10,000 records", 1.2),
    Benchmark("page", growth.page, "ms, the slowest", "none", 300),
    Benchmark("repaint", screens.repaint, "KB", "none", 4),
)
