"""Strict stand-ins for what the product talks to, in memory."""
