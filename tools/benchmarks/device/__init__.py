"""What benchmarks run on MicroPython, compiled to `.mpy` like the firmware. It knows no host."""
