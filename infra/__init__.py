"""Declares what exists: secrets (empty), roles, policies, the key, the function, the alarm. No value, no boto3."""
