"""Fixtures of tests/integration and tests/clients."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import paths, server as servers  # noqa: E402
from harness.client import Client  # noqa: E402
from harness.server import MODEL, WINDOW, Hearth  # noqa: E402


class _Shared:
    def __init__(self):
        self.hearth: Hearth | None = None


@pytest.fixture(scope="session")
def _shared():
    shared = _Shared()
    yield shared
    if shared.hearth is not None:
        shared.hearth.stop()


@pytest.fixture
def hearth(_shared) -> Hearth:
    """A server with SmolLM2, shared by all tests; a test in which it ends fails."""
    if _shared.hearth is None:
        model = f"{MODEL}={paths.model(paths.SMOLLM2)}"
        _shared.hearth = Hearth(models=[model], context=WINDOW).start()
    yield _shared.hearth
    if not _shared.hearth.alive():
        ended, _shared.hearth = _shared.hearth, None
        code = ended.process.returncode
        raise AssertionError(f"the server ended with {code}:\n{ended.stop(check=False)[-4000:]}")


@pytest.fixture
def client(hearth) -> Client:
    return hearth.client


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for hearth in servers.running:
            report.sections.append((f"log of {hearth.url}", hearth.log_text()[-3000:]))
