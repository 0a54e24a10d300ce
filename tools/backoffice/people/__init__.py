"""Who may look: users of the office and how they log in. It knows no terminal and no record."""
