"""The command line: parse, plan, print, apply; what is done is in `provisioning`."""
