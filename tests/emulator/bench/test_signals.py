"""Ends a real `kilotap run` by signals: at rest, in a session, while it uploads, and while it starts."""

import signal
import time
from pathlib import Path

import pytest

from tests.emulator.bench.live import living

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("pn532"), pytest.mark.timeout(120)]

ORDERLY_S = 5.0


def test_a_terminal_that_is_told_to_end_does_so_in_order_and_a_start_goes_on(tmp_path: Path) -> None:
    with living(tmp_path) as live:
        live.start()
        live.begin()
        in_session = live.end(signal.SIGTERM)
        # In order: power is off and the open session is kept for the next start.
        assert in_session[0] == 0 and in_session[1] < ORDERLY_S
        assert live.charger.wait_for(lambda: not live.charger.world.state()["contactor"], 2)
        assert live.kinds()[-1] == "session.started"
        live.start()
        live.shows("receipt")
        # Its end is on its way to the office now.
        uploading = live.end(signal.SIGINT)
        assert uploading[0] == 0 and uploading[1] < ORDERLY_S
        live.charger.plug(False)
        live.start()
        live.shows("welcome")
        live.uploaded()
        idle = live.end(signal.SIGHUP)
        assert idle[0] == 0 and idle[1] < ORDERLY_S
        records = live.records()
        assert [record["reason"] for record in records if record["kind"] == "session.ended"] == ["power_loss"]
        assert [record for record in records if record["kind"] == "fault"] == []
        assert [record["kind"] for record in records].count("boot") == 3
        assert live.warned() == ""


def test_a_signal_before_a_terminal_is_ready_ends_it_at_once_and_leaves_a_whole_ledger(
    tmp_path: Path,
) -> None:
    with living(tmp_path) as live:
        for after_s in (0.2, 0.6, 1.0):
            live.launch()
            time.sleep(after_s)
            code, took_s = live.end(signal.SIGTERM)
            # Before it is ready nothing is open: the signal itself ends it, or it ends in order.
            assert code in (0, -signal.SIGTERM) and took_s < ORDERLY_S
            assert live.warned() == ""
        live.start()
        assert live.end() == (0, pytest.approx(0, abs=ORDERLY_S))
        assert set(live.kinds()) <= {"boot", "configured", "meter.commissioned"}
