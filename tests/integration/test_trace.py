"""`hearth trace`: recorded traffic is counted, and played against caches."""

import gzip
import json
import subprocess

import pytest

from harness.paths import hearth_binary


def session(first_block: int, turns: int = 6) -> dict:
    """A conversation that grows by three blocks a turn."""
    requests = []
    for turn in range(turns):
        blocks = list(range(first_block, first_block + 4 + 3 * turn))
        requests.append({"t": 20.0 * turn, "type": "n", "in": 64 * len(blocks) + 5, "out": 50,
                         "api_time": 3.0, "hash_ids": blocks})
    return {"block_size": 64, "requests": requests}


@pytest.fixture
def traces(tmp_path):
    folder = tmp_path / "traces"
    folder.mkdir()
    for i in range(5):
        data = json.dumps(session(100 * i)).encode()
        if i % 2:
            (folder / f"s{i}.json.gz").write_bytes(gzip.compress(data))
        else:
            (folder / f"s{i}.json").write_bytes(data)
    return folder


def trace(*arguments, code=0) -> str:
    done = subprocess.run([str(hearth_binary()), "trace", *map(str, arguments)],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def simulate(traces, **options) -> dict:
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    return json.loads(trace("simulate", traces, "--json", *arguments))


def test_with_room_for_all_only_fresh_tokens_are_computed(traces):
    for policy in ("value", "lru", "belady"):
        outcome = simulate(traces, policy=policy, bytes_per_token="1KiB", conversations=3)
        assert outcome["requests"] == 30
        assert outcome["computed_tokens"] == outcome["fresh_tokens"]
        assert outcome["recompute_ratio"] == 1
        assert outcome["hit_tokens"] == outcome["prompt_tokens"] - outcome["computed_tokens"]
        assert outcome["working_set_bytes"] == 5 * 19 * 64 * 1024


def test_a_small_budget_costs_hits_and_the_bound_has_most(traces):
    budget = dict(device="0", host="2MB", disk="0", bytes_per_token="1KiB", conversations=5)
    hits = {policy: simulate(traces, policy=policy, **budget)["hit_tokens"]
            for policy in ("value", "lru", "belady")}
    whole = simulate(traces, bytes_per_token="1KiB")["hit_tokens"]
    assert 0 < hits["value"] < whole
    assert max(hits["value"], hits["lru"]) <= hits["belady"] < whole


def test_report_tells_new_from_known_in_words_and_numbers(traces):
    words = trace("report", traces)
    assert "5 sessions, 30 requests" in words
    assert "went on where an earlier prompt ended" in words
    report = json.loads(trace("report", traces, "--json"))
    assert report["begun"]["requests"] == 5
    assert report["went_on"]["requests"] == 25
    assert report["fresh_tokens"] == 5 * (4 * 64 + 5 + 5 * (3 * 64 + 5))


def test_bad_traces_and_options_are_errors_that_say_what_is_wrong(traces, tmp_path):
    assert "no traces" in trace("report", tmp_path, code=1)
    assert "cannot be opened" in trace("report", tmp_path / "nothing.json", code=1)
    bad = tmp_path / "bad.json"
    bad.write_text('{"requests": [{"t": 0, "in": 5}]}')
    assert "requests[0].hash_ids" in trace("report", bad, code=1)
    (traces / "s1.json.gz").write_bytes(gzip.compress(b"{}" * 1000)[:20])
    assert "s1.json.gz" in trace("simulate", traces, "--bytes-per-token", "1024", code=1)
    assert "--bytes-per-token" in trace("simulate", bad, "--bytes-per-token", "0", code=1)
