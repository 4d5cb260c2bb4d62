"""The client-secret function: ask Amazon for a new client secret, receive it, bring it to every seller."""
