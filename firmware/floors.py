"""Loads the rooms from the ground floor up, so that no import waits for a deep chain of others.

It does not know what the rooms do. The stack of a small board is shallow: with each module loaded after those
that it needs, an import is never more than two deep. Whoever starts a terminal imports this first.
"""

import firmware.errors
import firmware.crypto.utf8
import firmware.crypto.decimals
import firmware.crypto.canonical
import firmware.crypto.jose
import firmware.crypto.der
import firmware.metering.modbus
import firmware.metering.mbap
import firmware.metering.registers
import firmware.metering.maps
import firmware.metering.models
import firmware.metering.model_file
import firmware.metering.plausible
import firmware.cards.rfid
import firmware.cards.token
import firmware.pricing.ratio
import firmware.pricing.money
import firmware.pricing.calendar
import firmware.pricing.conditions
import firmware.pricing.tariff
import firmware.pricing.discount
import firmware.pricing.course
import firmware.pricing.stretches
import firmware.pricing.engine
import firmware.access.contracts
import firmware.screens.catalogue
import firmware.session.state
import firmware.session.events
import firmware.session.following
import firmware.ledger.segment
import firmware.ledger.line
import firmware.ledger.spans
import firmware.ledger.journal
import firmware.ledger.chain
import firmware.ledger.summary
import firmware.ledger.checkpoint
import firmware.ledger.outbox
import firmware.ledger.readable
import firmware.uplink.address
import firmware.uplink.backoff
import firmware.terminal.startup
