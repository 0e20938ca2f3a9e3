"""The models that Ollama and LM Studio have on this machine, taken over by `hearth config import`."""

import hashlib
import json
import shutil

import pytest

from harness import paths
from harness.server import Hearth

MESSAGES = "/v1/messages"
LAYER = "application/vnd.ollama.image."


@pytest.fixture
def hearth():
    """Never started: only its folders and its command line."""
    hearth = Hearth(config={})
    yield hearth
    shutil.rmtree(hearth.folder)


class Ollama:
    """Its folder, as `ollama pull` leaves it."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "blobs").mkdir(parents=True)

    def blob(self, kind: str, content: bytes) -> dict:
        digest = hashlib.sha256(content).hexdigest()
        (self.folder / "blobs" / f"sha256-{digest}").write_bytes(content)
        return {"mediaType": LAYER + kind, "digest": f"sha256:{digest}", "size": len(content)}

    def model(self, *place: str, layers: list[dict]):
        file = self.folder.joinpath("manifests", *place)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"schemaVersion": 2, "layers": layers}))


def imported(hearth: Hearth, *arguments: str) -> tuple[dict, str]:
    done = hearth.command("config", "import", *arguments)
    assert done.returncode == 0, done.stderr
    assert "is good" in done.stdout
    text = (hearth.folder / "config" / "hearth" / "config.json").read_text()
    return json.loads(text.split("\n", 1)[1]), done.stdout


def test_ollamas_models_are_served_where_they_are(hearth):
    ollama = Ollama(hearth.folder / ".ollama" / "models")
    weights = ollama.blob("model", paths.model(paths.QWEN3MOE).read_bytes())
    other = ollama.blob("model", paths.model(paths.GPT_OSS).read_bytes())
    params = ollama.blob("params", b'{"num_ctx":4096,"temperature":0.5,"stop":["x"]}')
    ollama.model("registry.ollama.ai", "library", "tiny", "1b", layers=[weights, params])
    ollama.model("registry.ollama.ai", "me", "own", "latest", layers=[other])
    ollama.model("hf.co", "you", "theirs", "Q4_0", layers=[other])
    ollama.model("registry.ollama.ai", "library", "adapted", "latest", layers=[
        weights, ollama.blob("adapter", b"...")])
    ollama.model("registry.ollama.ai", "library", "gone", "latest", layers=[
        {"mediaType": LAYER + "model", "digest": "sha256:00", "size": 1}])
    config, said = imported(hearth, "--from", "ollama")
    providers = {provider["name"]: provider for provider in config["Providers"]}
    assert providers["ollama"]["models"] == ["hf.co/you/theirs:Q4_0", "me/own:latest"]
    assert providers["ollama-4096"]["models"] == ["tiny:1b"]
    assert providers["ollama-4096"]["context"] == 4096
    assert providers["ollama-4096"]["transformer"]["tiny:1b"]["use"] == [
        ["sampling", {"temperature": 0.5}]]
    assert "adapted:latest: it has an adapter" in said
    assert "gone:latest: its model is not there" in said

    with Hearth(config=config) as server:
        body = {"model": "ollama-4096,tiny:1b", "max_tokens": 3,
                "messages": [{"role": "user", "content": "Hi"}]}
        server.client.post(MESSAGES, body).ok()
        shown = server.client.get("/v1/models").ok()["data"]
        assert {"ollama-4096,tiny:1b", "ollama,me/own:latest"} <= {model["id"] for model in shown}


def test_lm_studios_models_have_the_names_of_its_api(hearth):
    home = hearth.folder / "studio"
    (hearth.folder / ".lmstudio-home-pointer").write_text(f"{home}\n")

    def put(*place: str, model=paths.GPT_OSS):
        file = home.joinpath("models", *place)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(paths.model(model))

    put("lmstudio-community", "gpt-oss-20b-GGUF", "gpt-oss-20b-MXFP4.gguf")
    put("Qwen", "Qwen3-8B-GGUF", "Qwen3-8B-Q4_K_M.gguf", model=paths.QWEN3MOE)
    put("Qwen", "Qwen3-8B-GGUF", "Qwen3-8B-Q8_0.gguf", model=paths.QWEN3MOE)
    put("Qwen", "Qwen3-8B-GGUF", "mmproj-F16.gguf", model=paths.QWEN3MOE)
    put("big", "Large-GGUF", "Large-Q4-00001-of-00002.gguf")
    put("big", "Large-GGUF", "Large-Q4-00002-of-00002.gguf")
    (home / "models" / "big" / "Large-GGUF" / "broken.gguf").write_text("no model")
    hub = home / "hub" / "models" / "openai" / "gpt-oss-20b"
    hub.mkdir(parents=True)
    (hub / "model.yaml").touch()
    settings = (home / ".internal" / "user-concrete-model-default-config" / "lmstudio-community"
                / "gpt-oss-20b-GGUF" / "gpt-oss-20b-MXFP4.gguf.json")
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"load": {"fields": [
        {"key": "llm.load.llama.flashAttention", "value": True},
        {"key": "llm.load.contextLength", "value": 16384}]}}))

    config, said = imported(hearth, "--from", "lmstudio")
    providers = {provider["name"]: provider for provider in config["Providers"]}
    assert providers["lmstudio-16384"]["models"] == ["openai/gpt-oss-20b"]
    assert providers["lmstudio-16384"]["context"] == 16384
    assert providers["lmstudio"]["models"] == ["qwen3-8b@q4_k_m", "qwen3-8b@q8_0", "large"]
    assert "broken.gguf is no GGUF file" in said


@pytest.mark.parametrize("program, word", [("ollama", "Ollama"), ("lmstudio", "LM Studio"),
                                           ("jan", "claude-code-router, ollama or lmstudio")])
def test_what_is_not_there_is_told(hearth, program, word):
    done = hearth.command("config", "import", "--from", program)
    assert done.returncode == 1
    assert word in done.stderr
    assert not (hearth.folder / "config" / "hearth" / "config.json").exists()


def test_a_folder_without_models_is_told(hearth):
    Ollama(hearth.folder / "models").folder.joinpath("manifests").mkdir()
    done = hearth.command("config", "import", "--from", "ollama", str(hearth.folder / "models"))
    assert done.returncode == 1
    assert "there is no model in" in done.stderr
