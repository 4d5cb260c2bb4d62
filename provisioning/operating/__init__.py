"""What an operator may do to sellers that are there: prove, rotate, mend, go back, approve; reading as the reader."""
