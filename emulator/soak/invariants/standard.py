"""The invariants that every story is held to; another one is a file here and a line below.

It does not know what they check.
"""

from emulator.soak.invariants.books import BooksBalance
from emulator.soak.invariants.corrections import CorrectionsAreOrdered
from emulator.soak.invariants.durable import DurableStays
from emulator.soak.invariants.duration import DurationIsTime
from emulator.soak.invariants.faults import FaultsComeAndGo
from emulator.soak.invariants.flood import LedgerIsNotFlooded
from emulator.soak.invariants.interrupted import InterruptionsAreTold
from emulator.soak.invariants.keys import KeyIsAtHand
from emulator.soak.invariants.learned import LearnedTimesAreTrue
from emulator.soak.invariants.lost import NothingWholeIsLost
from emulator.soak.invariants.moments import MomentsAreTrue
from emulator.soak.invariants.numbers import NumbersHaveNoGap
from emulator.soak.invariants.office import OfficeHoldsTheSame
from emulator.soak.invariants.orders import OrdersAreTheOperators
from emulator.soak.invariants.power import PowerNeedsSession
from emulator.soak.invariants.proof import CardsAreProved
from emulator.soak.invariants.reader import NextCardIsRead
from emulator.soak.invariants.ready import ReadyInTime
from emulator.soak.invariants.receipts import ReceiptsClaimNoMore
from emulator.soak.invariants.room import RoomIsKept
from emulator.soak.invariants.screen import ScreenIsDurable

STANDARD = (
    DurableStays,
    NothingWholeIsLost,
    BooksBalance,
    NumbersHaveNoGap,
    ReceiptsClaimNoMore,
    DurationIsTime,
    MomentsAreTrue,
    LearnedTimesAreTrue,
    ScreenIsDurable,
    PowerNeedsSession,
    OfficeHoldsTheSame,
    OrdersAreTheOperators,
    CorrectionsAreOrdered,
    LedgerIsNotFlooded,
    KeyIsAtHand,
    ReadyInTime,
    InterruptionsAreTold,
    FaultsComeAndGo,
    RoomIsKept,
    CardsAreProved,
    NextCardIsRead,
)
