"""What must hold after every step of a story: each a function that returns what is wrong, or None.

They do not know how the terminal keeps its promises, only what they are.
"""


def contactor_needs_session(charger) -> "str | None":
    """Power is never commanded without a session that the ledger holds open."""
    if not charger.world.is_commanded() or charger.assembly is None:
        return None
    opened = charger.assembly.recorder.known["open"]
    return None if opened else "the contactor is commanded closed and no session is open in the ledger"


def office_holds_what_it_acknowledged(charger) -> "str | None":
    """The office has stored each record once, without a gap but those that the terminal named as lost."""
    office = charger.office
    if office.stored + office.skipped != office.next_seq() - 1:
        return "the office stored %d records and expects number %d" % (office.stored, office.next_seq())
    return None


def terminal_believes_the_office(charger) -> "str | None":
    """The terminal takes nothing for delivered that the office does not have."""
    if charger.assembly is None:
        return None
    believed = charger.assembly.outbox.acknowledged
    if believed < charger.office.next_seq():
        charger.had_next_seq = 0
    # What the office had and lost, the terminal learns with its next request.
    if believed >= max(charger.office.next_seq(), charger.had_next_seq):
        return "the terminal believes %d delivered, the office expects %d" % (
            believed,
            charger.office.next_seq(),
        )
    return None


def no_task_died(charger) -> "str | None":
    """The terminal has told the office of no task that it had to start again."""
    return "a task of the terminal died: %s" % charger.office.died if charger.office.died else None


AFTER_EVERY_STEP = (
    contactor_needs_session,
    office_holds_what_it_acknowledged,
    terminal_believes_the_office,
    no_task_died,
)
