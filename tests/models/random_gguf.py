#!/usr/bin/env python3
"""Writes a GGUF model with random weights: a small test object of a real architecture.

    random_gguf.py --arch gpt-oss --out build/models/gpt-oss-small.gguf
    random_gguf.py --arch lfm2 --size tiny --out build/models/lfm2-tiny.gguf

It answers nonsense, but it has what the engine must cope with: gpt-oss the sliding window, the
experts and harmony; qwen3moe the experts and its tool calls; lfm2 a recurrent state in half of
its layers; bert, which makes embeddings, attention both ways; bert-rerank, which ranks documents, the same with a
classifier behind it. The vocabulary and the chat template are real ones. The same options give the same
bytes.

Needs numpy (Debian: python3-numpy) and a llama.cpp source tree, whose gguf-py, models/templates
and models/ggml-vocab-*.gguf are used. Default: the one this repository was built with.
"""

import argparse
import math
import os
import pathlib
import sys
import types
import zlib

import numpy as np

from vocabularies import add_vocabulary, add_word_pieces

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEAD = 64  # size of an attention head
SIZES = {
    "small": {"layers": 8, "embd": 256, "vocab": None},
    "tiny": {"layers": 2, "embd": 128, "vocab": 16384},
}


def import_gguf(source):
    """gguf-py's constants and writer, without its __init__, which would want yaml as well."""
    package = types.ModuleType("gguf")
    package.__path__ = [str(source / "gguf-py" / "gguf")]
    sys.path.insert(0, str(source / "gguf-py"))
    sys.modules["gguf"] = package
    global constants, GGUFWriter
    from gguf import constants
    from gguf.gguf_writer import GGUFWriter


VOCABULARY_MATRICES = ("token_embd.weight", "output.weight")


class Weights:
    """Adds random tensors to a writer. Each has its own generator, named by the tensor, so that
    a tensor does not depend on which others are written before it."""

    def __init__(self, writer, seed, dtype, layers):
        self.writer = writer
        self.seed = seed
        self.dtype = dtype
        # How large what a layer adds to the stream is. More, and rounding grows from layer to
        # layer until flash attention on and off answer differently; less, and a wrong KV cell
        # does not show.
        self.layer_gain = math.sqrt(2 / layers)

    def _random(self, name):
        return np.random.Generator(np.random.PCG64([self.seed, zlib.crc32(name.encode())]))

    def matrix(self, name, shape, gain=1.0):
        """Shape as numpy has it: inputs last. With gain 1 an input of variance 1 gives an output
        of variance 1.

        The weights are made as 8-bit blocks: 32 integers and the scale they share."""
        assert shape[-1] % 32 == 0, f"{name}: {shape[-1]} inputs are not whole blocks of 32"
        blocks = math.prod(shape) // 32
        random = self._random(name)
        integers = random.integers(-127, 128, size=(blocks, 32), dtype=np.int8)
        spread = math.sqrt((255 ** 2 - 1) / 12)  # of the integers
        scale = gain / math.sqrt(shape[-1]) / spread
        # Blocks differ in scale, else all rows of the vocabulary would be equally long.
        scales = (scale * random.uniform(0.7, 1.3, size=(blocks, 1))).astype(np.float16)
        quantized = name in VOCABULARY_MATRICES if self.dtype == "mixed" else self.dtype == "q8_0"
        if quantized:
            data = np.concatenate([scales.view(np.uint8), integers.view(np.uint8)], axis=1)
            data = data.reshape(*shape[:-1], shape[-1] // 32 * 34)
            self.writer.add_tensor(name, data, raw_dtype=constants.GGMLQuantizationType.Q8_0)
        else:
            data = (integers.astype(np.float32) * scales.astype(np.float32)).astype(np.float16)
            self.writer.add_tensor(name, data.reshape(shape))

    def vector(self, name, shape, mean=0.0, spread=0.1):
        """Norms, biases and other small tensors, which stay in 32 bits."""
        values = self._random(name).uniform(mean - spread, mean + spread, size=shape)
        self.writer.add_tensor(name, values.astype(np.float32))


# Large enough that the first expert dominates: a tie for the second place then changes little.
ROUTER_SPREAD = 5


def add_attention(weights, prefix, embd, heads, heads_kv, sharpness):
    """Queries and keys are large enough that a head looks at a few tokens, not at the average of
    all: a wrong or missing KV cell then shows in the logits."""
    weights.matrix(prefix + "attn_q.weight", (heads * HEAD, embd), sharpness)
    weights.matrix(prefix + "attn_k.weight", (heads_kv * HEAD, embd), sharpness)
    weights.matrix(prefix + "attn_v.weight", (heads_kv * HEAD, embd), 1.5)
    weights.matrix(prefix + "attn_output.weight", (embd, heads * HEAD), weights.layer_gain)


def add_experts(weights, prefix, embd, ff, experts, spread_of_bias=None):
    weights.vector(prefix + "ffn_gate_inp.weight", (experts, embd), spread=ROUTER_SPREAD / math.sqrt(embd))
    weights.matrix(prefix + "ffn_gate_exps.weight", (experts, ff, embd))
    weights.matrix(prefix + "ffn_up_exps.weight", (experts, ff, embd))
    weights.matrix(prefix + "ffn_down_exps.weight", (experts, embd, ff), weights.layer_gain)
    if spread_of_bias is not None:
        weights.vector(prefix + "ffn_gate_inp.bias", (experts,), spread=spread_of_bias)
        weights.vector(prefix + "ffn_gate_exps.bias", (experts, ff), spread=spread_of_bias)
        weights.vector(prefix + "ffn_up_exps.bias", (experts, ff), spread=spread_of_bias)
        weights.vector(prefix + "ffn_down_exps.bias", (experts, embd), spread=spread_of_bias)


def write_gpt_oss(writer, weights, layers, embd, context):
    experts, ff, heads, heads_kv, bias = 8, embd // 2, embd // 32, 2, 0.1
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads_kv)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_feed_forward_length(ff)
    writer.add_expert_feed_forward_length(ff)
    writer.add_expert_count(experts)
    writer.add_expert_used_count(2)
    writer.add_sliding_window(128)  # in every other layer, beginning with the first
    writer.add_rope_freq_base(150000.0)
    if context > 4096:
        writer.add_rope_scaling_type(constants.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(context / 4096)
        writer.add_rope_scaling_orig_ctx_len(4096)
    for layer in range(layers):
        prefix = f"blk.{layer}."
        weights.vector(prefix + "attn_norm.weight", (embd,), mean=1)
        add_attention(weights, prefix, embd, heads, heads_kv, sharpness=1.2)
        weights.vector(prefix + "attn_q.bias", (heads * HEAD,), spread=bias)
        weights.vector(prefix + "attn_k.bias", (heads_kv * HEAD,), spread=bias)
        weights.vector(prefix + "attn_v.bias", (heads_kv * HEAD,), spread=bias)
        weights.vector(prefix + "attn_output.bias", (embd,), spread=bias)
        weights.vector(prefix + "attn_sinks.weight", (heads,), spread=1)
        weights.vector(prefix + "post_attention_norm.weight", (embd,), mean=1)
        add_experts(weights, prefix, embd, ff, experts, spread_of_bias=bias)


def write_qwen3moe(writer, weights, layers, embd, context):
    experts, ff, heads, heads_kv = 8, embd // 2, embd // 32, 2
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads_kv)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_feed_forward_length(ff)
    writer.add_expert_feed_forward_length(ff)
    writer.add_expert_count(experts)
    writer.add_expert_used_count(2)
    writer.add_rope_freq_base(10000000.0)
    for layer in range(layers):
        prefix = f"blk.{layer}."
        weights.vector(prefix + "attn_norm.weight", (embd,), mean=1)
        add_attention(weights, prefix, embd, heads, heads_kv, sharpness=1)
        weights.vector(prefix + "attn_q_norm.weight", (HEAD,), mean=1.8)
        weights.vector(prefix + "attn_k_norm.weight", (HEAD,), mean=1.8)
        weights.vector(prefix + "ffn_norm.weight", (embd,), mean=1)
        add_experts(weights, prefix, embd, ff, experts)


def write_lfm2(writer, weights, layers, embd, context):
    kernel, ff, heads, heads_kv = 3, 2 * embd, embd // HEAD, max(1, embd // HEAD // 2)
    # A layer without KV heads is a recurrent one.
    attention = [layer % 2 == 1 for layer in range(layers)]
    writer.add_head_count(heads)
    writer.add_head_count_kv([heads_kv if a else 0 for a in attention])
    writer.add_feed_forward_length(ff)
    writer.add_shortconv_l_cache(kernel)
    writer.add_rope_freq_base(1000000.0)
    for layer in range(layers):
        prefix = f"blk.{layer}."
        weights.vector(prefix + "attn_norm.weight", (embd,), mean=1)
        if attention[layer]:
            add_attention(weights, prefix, embd, heads, heads_kv, sharpness=1)
            weights.vector(prefix + "attn_q_norm.weight", (HEAD,), mean=2)
            weights.vector(prefix + "attn_k_norm.weight", (HEAD,), mean=2)
        else:
            weights.vector(prefix + "shortconv.conv.weight", (embd, kernel), spread=1)
            weights.matrix(prefix + "shortconv.in_proj.weight", (3 * embd, embd))
            weights.matrix(prefix + "shortconv.out_proj.weight", (embd, embd), weights.layer_gain)
        weights.vector(prefix + "ffn_norm.weight", (embd,), mean=1)
        weights.matrix(prefix + "ffn_gate.weight", (ff, embd))
        weights.matrix(prefix + "ffn_up.weight", (ff, embd))
        weights.matrix(prefix + "ffn_down.weight", (embd, ff), weights.layer_gain)


def write_bert(writer, weights, layers, embd, context, pooling=None):
    """As sentence encoders are: each token looks at all, and the mean of the last layer is the
    text's vector."""
    ff, heads = 4 * embd, embd // HEAD
    writer.add_head_count(heads)
    writer.add_feed_forward_length(ff)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(pooling or constants.PoolingType.MEAN)
    weights.vector("token_types.weight", (2, embd))
    weights.vector("position_embd.weight", (context, embd), spread=0.5)
    for name in ("token_embd_norm", *(f"blk.{layer}.{norm}" for layer in range(layers)
                                      for norm in ("attn_output_norm", "layer_output_norm"))):
        weights.vector(name + ".weight", (embd,), mean=1)
        weights.vector(name + ".bias", (embd,))
    for layer in range(layers):
        prefix = f"blk.{layer}."
        add_attention(weights, prefix, embd, heads, heads, sharpness=1.2)
        weights.matrix(prefix + "ffn_up.weight", (ff, embd))
        weights.matrix(prefix + "ffn_down.weight", (embd, ff), weights.layer_gain)
        for name, size in (("attn_q", embd), ("attn_k", embd), ("attn_v", embd),
                           ("attn_output", embd), ("ffn_up", ff), ("ffn_down", embd)):
            weights.vector(prefix + name + ".bias", (size,))


def write_bert_rerank(writer, weights, layers, embd, context):
    """As cross encoders are: what the first token has become goes through a classifier of one class."""
    write_bert(writer, weights, layers, embd, context, constants.PoolingType.RANK)
    weights.matrix("cls.weight", (embd, embd))
    weights.vector("cls.bias", (embd,))
    weights.matrix("cls.output.weight", (1, embd))
    weights.vector("cls.output.bias", (1,))


ARCHITECTURES = {"bert": write_bert, "bert-rerank": write_bert_rerank, "gpt-oss": write_gpt_oss, "qwen3moe": write_qwen3moe, "lfm2": write_lfm2}


def write_model(path, options):
    writer = GGUFWriter(path, options.arch.removesuffix("-rerank"))
    writer.add_name(f"random {options.arch} {options.layers}x{options.embd}")
    writer.add_description("Random weights, for tests only")
    writer.add_file_type(constants.LlamaFileType.MOSTLY_F16 if options.type == "f16"
                         else constants.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(constants.GGML_QUANT_VERSION)
    writer.add_context_length(options.context)
    writer.add_embedding_length(options.embd)
    writer.add_block_count(options.layers)
    writer.add_layer_norm_rms_eps(1e-5)
    encoder = options.arch.startswith("bert")
    if encoder:
        n_vocab = add_word_pieces(writer, options.llama_source)
    else:
        n_vocab = add_vocabulary(writer, constants, options.arch, options.llama_source, options.vocab)
    writer.add_vocab_size(n_vocab)

    weights = Weights(writer, options.seed, options.type, options.layers)
    # Rows of unit variance; the output is not tied to it, else a model without training would
    # only repeat its last token.
    weights.matrix("token_embd.weight", (n_vocab, options.embd), math.sqrt(options.embd))
    if not encoder:
        weights.matrix("output.weight", (n_vocab, options.embd), 2.5)
        norm = "token_embd_norm.weight" if options.arch == "lfm2" else "output_norm.weight"
        weights.vector(norm, (options.embd,), mean=1)
    ARCHITECTURES[options.arch](writer, weights, options.layers, options.embd, options.context)

    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def default_source():
    noted = ROOT / "build" / "release" / "engine-source-dir"
    return pathlib.Path(noted.read_text().strip()) if noted.is_file() else None


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", required=True, choices=sorted(ARCHITECTURES))
    parser.add_argument("--out", required=True, type=pathlib.Path, metavar="FILE")
    parser.add_argument("--size", choices=sorted(SIZES), default="small",
                        help="small: 8 layers x 256, whole vocabulary, about 105 MB; "
                             "tiny: 2 layers x 128, 16384 tokens, about 6 MB")
    parser.add_argument("--layers", type=int)
    parser.add_argument("--embd", type=int, help="a multiple of 64")
    parser.add_argument("--vocab", type=int, metavar="TOKENS",
                        help="keep only the first TOKENS of the vocabulary, without special ones")
    parser.add_argument("--context", type=int,
                        help="trained length to state (default: 131072; of bert 512)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--type", choices=["mixed", "q8_0", "f16"], default="mixed",
                        help="of the matrices; mixed: the vocabulary's in q8_0, the layers' in f16")
    parser.add_argument("--llama-source", type=pathlib.Path, metavar="DIR", default=default_source())
    options = parser.parse_args()

    for name, value in SIZES[options.size].items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    if options.context is None:
        options.context = 512 if options.arch.startswith("bert") else 131072
    if options.llama_source is None:
        parser.error("no build in build/release to take the source tree from: name one with "
                     "--llama-source DIR")
    if not (options.llama_source / "gguf-py").is_dir():
        parser.error(f"{options.llama_source} is not a llama.cpp source tree: it has no gguf-py")
    if options.embd < HEAD or options.embd % HEAD:
        parser.error(f"--embd {options.embd} is not a multiple of {HEAD}")
    if options.layers < 2 or options.context < 1 or options.seed < 0:
        parser.error("--layers must be at least 2 (one of each kind), --context positive, "
                     "--seed not negative")
    if options.vocab is not None and options.vocab <= 256:
        parser.error("--vocab must be over 256: one token per byte and some merges")
    return options


def main():
    options = parse_options()
    import_gguf(options.llama_source)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    temporary = options.out.with_name(f".{options.out.name}.{os.getpid()}.part")
    try:
        write_model(temporary, options)
        temporary.replace(options.out)
    finally:
        temporary.unlink(missing_ok=True)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
