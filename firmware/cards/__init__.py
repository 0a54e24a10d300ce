"""Who taps: identities of cards and the frames of readers. It refuses to know contracts and prices."""
