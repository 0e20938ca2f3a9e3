"""The vocabularies and chat templates of the random models: real ones, from a llama.cpp source tree.

gguf's constants are handed in: random_gguf.py imports them from that tree.
"""

import struct
import sys

TEMPLATES = {
    "gpt-oss": "openai-gpt-oss-120b.jinja",
    "qwen3moe": "Qwen3-Coder.jinja",
    "lfm2": "LFM2-8B-A1B.jinja",
}
# Special tokens in the order of their ids. "control" ones are never part of what a user wrote;
# "plain" ones are single tokens, but shown.
SPECIAL_TOKENS = {
    "gpt-oss": {
        "control": ["<|startoftext|>", "<|endoftext|>", "<|return|>", "<|constrain|>",
                    "<|channel|>", "<|start|>", "<|end|>", "<|message|>", "<|call|>"],
        "plain": [],
        "bos": "<|startoftext|>", "eos": "<|return|>", "pad": "<|endoftext|>", "add_bos": False,
    },
    "qwen3moe": {
        "control": ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        "plain": ["<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>",
                  "<think>", "</think>"],
        "bos": "<|endoftext|>", "eos": "<|im_end|>", "pad": "<|endoftext|>", "add_bos": False,
    },
    "lfm2": {
        "control": ["<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>",
                    "<|tool_list_start|>", "<|tool_list_end|>",
                    "<|tool_call_start|>", "<|tool_call_end|>",
                    "<|tool_response_start|>", "<|tool_response_end|>"],
        "plain": [],
        "bos": "<|startoftext|>", "eos": "<|im_end|>", "pad": "<|pad|>", "add_bos": True,
    },
}


def read_metadata(path):
    """The key-value pairs of a GGUF file. (gguf-py's reader takes ten seconds for a vocabulary.)"""
    data = path.read_bytes()
    position = 0
    numbers = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?",
               10: "Q", 11: "q", 12: "d"}

    def take(code):
        nonlocal position
        value, = struct.unpack_from("<" + code, data, position)
        position += struct.calcsize("<" + code)
        return value

    def value_of(kind):
        nonlocal position
        if kind == 8:
            length = take("Q")
            position += length
            return data[position - length:position].decode()
        if kind == 9:
            kind, count = take("I"), take("Q")
            return [value_of(kind) for _ in range(count)]
        return take(numbers[kind])

    magic, _version, _tensors, pairs = take("4s"), take("I"), take("Q"), take("Q")
    if magic != b"GGUF":
        sys.exit(f"{path} is not a GGUF file")
    return {value_of(8): value_of(take("I")) for _ in range(pairs)}


def add_vocabulary(writer, constants, arch, source, limit):
    """A real byte-pair vocabulary with the special tokens of the template; returns its size.

    Its first tokens are the 256 bytes and then one token per merge, in order: so the first
    `limit` tokens with their merges are a complete, smaller vocabulary."""
    metadata = read_metadata(source / "models" / "ggml-vocab-qwen2.gguf")
    merges = metadata["tokenizer.ggml.merges"]
    limit = min(limit or len(merges) + 256, len(merges) + 256)
    tokens = metadata["tokenizer.ggml.tokens"][:limit]
    merges = merges[:limit - 256]
    kinds = [constants.TokenType.NORMAL] * limit

    special = SPECIAL_TOKENS[arch]
    tokens += special["control"] + special["plain"]
    kinds += [constants.TokenType.CONTROL] * len(special["control"])
    kinds += [constants.TokenType.USER_DEFINED] * len(special["plain"])

    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index(special["bos"]))
    writer.add_eos_token_id(tokens.index(special["eos"]))
    writer.add_pad_token_id(tokens.index(special["pad"]))
    writer.add_add_bos_token(special["add_bos"])
    writer.add_chat_template((source / "models" / "templates" / TEMPLATES[arch]).read_text())
    return len(tokens)


def add_word_pieces(writer, source):
    """BERT's own vocabulary, all of it; returns its size."""
    metadata = read_metadata(source / "models" / "ggml-vocab-bert-bge.gguf")
    tokens = metadata["tokenizer.ggml.tokens"]
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_type_count(2)
    writer.add_token_list(tokens)
    writer.add_token_types(metadata["tokenizer.ggml.token_type"])
    for name, add in (("cls", writer.add_bos_token_id), ("eos", writer.add_eos_token_id),
                      ("unknown", writer.add_unk_token_id), ("seperator", writer.add_sep_token_id),
                      ("padding", writer.add_pad_token_id),
                      ("mask", writer.add_mask_token_id)):
        number = metadata.get(f"tokenizer.ggml.{name}_token_id")
        if number is not None:
            add(number)
    return len(tokens)
