"""May they: contracts, deny list, the decision. It refuses to know cards' electronics and the network."""
