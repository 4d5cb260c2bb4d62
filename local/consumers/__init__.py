"""ERP workers with real SP-API clients, as a vendor would write them; the demo and the tests run them."""
