"""How much: money, tariff, calendar, engine. It refuses to know clocks and meters: samples in, bills out."""
