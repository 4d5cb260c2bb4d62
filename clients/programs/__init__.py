"""One small program a client, as a vendor would write it. Each makes a call whenever it reads a line.

It answers each line with one line of JSON: `{"marketplaces": [ids]}`, or `{"failed": "what the client said"}`.
"""
