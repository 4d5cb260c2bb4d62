"""What a seller's credential is and what may be done with it; parts of it ship in the functions' zips."""
