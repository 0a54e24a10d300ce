"""How much: money, tariff, calendar, engine. It refuses to know clocks, meters and cards: samples in, bills out."""
