"""The product in a real AWS account, for whoever asks for it: `make live`. docs/live.md says what to expect."""
