"""What the tests in tests/integration and tests/clients work with: a Hearth server, scripted
backends, a strict HTTP and event-stream client."""
