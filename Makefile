# The short names of what people do here; each is a command that runs without make too.
# It knows nothing of how the commands do their work.

PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help setup setup-test test test-meter test-tales test-pricing fuzz-cards test-soak test-cuts test-kills check bench demo

help: ## explain every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv with everything the terminal and its tools need (free when it is there)
	@$(PYTHON) -m tools.setup

setup-test:
	@$(PYTHON) -m tools.setup --test

test: setup-test ## check, then run every test on CPython and on both MicroPythons
	@.venv/bin/python -m tools.checks
	@.venv/bin/python -m pytest

test-pricing: setup-test ## hold 100,000 generated tariffs and sessions against a slow model (make test: 2,000)
	@KILOTAP_PRICING_CASES=100000 .venv/bin/python -m pytest tests/host/pricing/test_against_oracle.py

test-meter: setup-test ## play 200,000 polls of a meter over a bad line, and 500 sessions with one that lies (two minutes)
	@.venv/bin/python -m tests.host.metering.long_line
	@.venv/bin/python -m tests.host.metering.meter_stories 500

fuzz-cards: setup-test ## give the parsers of cards and readers 1.2 million inputs of a fuzzer (some minutes)
	@$(PYTHON) -m tools.setup --fuzz
	@.venv/bin/python -m tests.host.cards.fuzz

test-soak: setup-test ## play 200,000 sessions with heavy faults, and check every promise (make test: 20,000)
	@KILOTAP_SOAK_RUNS=40 KILOTAP_SOAK_SESSIONS=5000 .venv/bin/python -m pytest tests/emulator/soak/test_many_seeds.py

test-tales: setup-test ## play every tale of a meter in trouble over a serial line and over a network (twenty minutes; make test: four)
	@KILOTAP_TALES=all .venv/bin/python -m pytest tests/emulator/bench/test_meter_tales.py -n 2

test-cuts: setup-test ## cut the power 50,000 times at every storage operation of a session (make test: 5,000)
	@KILOTAP_CUT_ROUNDS=10 .venv/bin/python -m pytest tests/hal/test_cuts.py -n 1 -s

test-kills: setup-test ## kill a real terminal 300 times at random instants, over real wires (make test: a dozen)
	@KILOTAP_KILLS=300 .venv/bin/python -m pytest tests/emulator/bench/test_kills.py -n 1

check: setup-test ## formatting, lint, types, floors between rooms, what MicroPython cannot run
	@.venv/bin/python -m tools.checks

bench: setup-test ## measure everything against its yardstick
	@.venv/bin/kilotap benchmark

demo: setup ## show a charging session, from tap to verified receipt
	@.venv/bin/kilotap demo
