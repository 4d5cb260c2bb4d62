"""CloudTrail's event history of one account: what Secrets Manager was asked, by whom, and what it did by itself."""
