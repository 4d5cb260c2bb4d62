"""Amazon on loopback: Login with Amazon and as much of SP-API as a credential needs, as sp-api.md has them."""
