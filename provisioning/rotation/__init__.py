"""The rotation function: Secrets Manager's four steps on one seller secret."""
