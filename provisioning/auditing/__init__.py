"""Looks at a deployed fleet as an auditor would: policies, keys, logs, alarms. Reads no value, changes nothing."""
