"""Tests of llama.cpp's server that are not run against Hearth, and why: by file and name, with its parameters or
without."""

NO_SLOTS = "there are no slots: the cache is one for all requests, and `GET /cache` tells of it"
NO_PAGE = "the server has no pages of its own yet"
OWN_NAMES = "a model has one name here, and no tags"
WORDS = "it counts on their model's words: SmolLM2 ends its answer here sooner"
OWN_COUNTS = "it has the numbers of tokens of their model's vocabulary in its text; "
CACHED = OWN_COUNTS + "tests/integration/test_chat_completions.py has the same with SmolLM2's"
VERBOSE = "the answer has no `__verbose` with the server's insides; `hearth log ID` tells of them"
NAMED_TEMPLATE = "a template is given as a file, or as chatml; llama.cpp's other names are not known"
CONTINUED = "two messages of the assistant in a row are rendered as they stand, not refused"
CONTEXT_ERROR = ("the error's type is OpenAI's `invalid_request_error`, with the code "
                 "`context_length_exceeded`, which their clients look for")
BATCHES = "it counts batches of --batch-size; progress is told in comments of the stream"
SETTINGS = "it asks for the settings of samplers that are not offered (adaptive_target)"
BOS = "the prompt is shown as it was sent, without the text of tokens put in front"
AFTER_SAMPLING = "`post_sampling_probs` is refused: the log-probabilities told are the model's own"
NO_BOS = "SmolLM2 has no token that begins a sequence"
TIMINGS = "an answer in Anthropic's format has `timings`, too; their clients skip it"
SILENT = "it counts on their model's words: SmolLM2 says nothing here"
IMAGES = "a request that the model cannot serve is a 400, not a 500"
VISION = "the models here see no images yet"
EMPTY = "an empty list of messages is refused, as by Anthropic's own API"
TELEMETRY = "the Responses API has no `prompt_progress` and no timings of single tokens"
ORIGINS = ("a web page may read answers only if its origin is named in the configuration; preflights are "
           "answered with 204, and others get a 403 (tests/integration/test_access.py)")
PROXY = "there is no proxy to other servers for web pages"
WIT = "it asks whether a model of 3 to 8 billion parameters answers well, which SmolLM2 cannot"

UNTRAINED = "it asks which document answers best, which random weights cannot know (tests/models)"
ENDLESS = "SmolLM2 may write a text without end into the call's argument, until its tokens run out"
ECHO = "where it may call tools, SmolLM2 may repeat the list of them, which reads as a call of one"

LEFT_OUT = {
    "basic::test_server_props": NO_SLOTS,
    "basic::test_server_slots": NO_SLOTS,
    "basic::test_no_ui": NO_PAGE,
    "basic::test_server_model_aliases_and_tags": OWN_NAMES,
    "chat_completion::test_chat_completion[codellama70b-You are a coding assistant.-Write the fibonacci function "
    "in c++.-128-(Aside|she|felter|alonger)+-104-128-length-False-None]": WORDS,
    "chat_completion::test_chat_completion[codellama70b-You are a coding assistant.-Write the fibonacci function "
    "in c++.-128-(Aside|she|felter|alonger)+-104-128-length-True-None]": WORDS,
    "chat_completion::test_chat_completion_stream[You are a coding assistant.-Write the fibonacci function in "
    "c++.-128-(Aside|she|felter|alonger)+-104-128-length]": WORDS,
    "chat_completion::test_chat_completion_cached_tokens": CACHED,
    "chat_completion::test_chat_template": VERBOSE,
    "chat_completion::test_chat_template_assistant_prefill": VERBOSE,
    "chat_completion::test_chat_template_continue_final_message_vllm_compat": VERBOSE,
    "chat_completion::test_verbose_debug": VERBOSE,
    "chat_completion::test_apply_chat_template": NAMED_TEMPLATE,
    "chat_completion::test_invalid_chat_completion_req[messages7]": CONTINUED,
    "chat_completion::test_context_size_exceeded": CONTEXT_ERROR,
    "chat_completion::test_context_size_exceeded_stream": CONTEXT_ERROR,
    "chat_completion::test_return_progress": BATCHES,
    "completion::test_completion[Write a joke about AI from a very long prompt which will not be truncated-64-"
    "(princesses|everyone|kids|Anna|forest)+-46-64-False-True]": WORDS,
    "completion::test_completion_stream": SETTINGS,
    "completion::test_completion_stream_with_openai_library_stops": WIT,
    "completion::test_nocache_long_input_prompt": OWN_COUNTS + "the prompt fits SmolLM2's",
    "completion::test_completion_unified": WORDS,
    "completion::test_completion_response_fields[I believe the meaning of life is-32-response_fields1]": BOS,
    "completion::test_n_probs_post_sampling": AFTER_SAMPLING,
    "completion::test_n_probs_post_backend_sampling": AFTER_SAMPLING,
    "completion::test_cancel_request": NO_SLOTS,
    "completion::test_completion_prompt_cache": OWN_COUNTS + "their prompt has five for a word",
    "tokenize::test_tokenize_with_bos": NO_BOS,
    "rerank::test_rerank": UNTRAINED,
    "rerank::test_rerank_tei_format": UNTRAINED,
    "tool_call::test_weather": WIT,
    "tool_call::test_calc_result": WIT,
    "tool_call::test_thoughts": WIT,
    "tool_call::test_hello_world": WIT,
    "compat_anthropic::test_anthropic_messages_basic": TIMINGS,
    "compat_anthropic::test_anthropic_tool_result": SILENT,
    "compat_anthropic::test_anthropic_tool_result_with_image": IMAGES,
    "compat_anthropic::test_anthropic_vision_format_accepted": IMAGES,
    "compat_anthropic::test_anthropic_vision_base64_with_multimodal_model": VISION,
    "compat_anthropic::test_anthropic_empty_messages": EMPTY,
    "compat_anthropic::test_anthropic_thinking_with_reasoning_model": WIT,
    "compat_oai_responses::test_responses_stream_with_llama_telemetry": TELEMETRY,
    "security::test_access_static_assets_without_api_key": NO_PAGE,
    "security::test_cors_options": ORIGINS,
    "security::test_cors_origins_localhost_reflects": ORIGINS,
    "security::test_cors_origins_localhost_rejects": ORIGINS,
    "security::test_cors_origins_defaults_to_localhost_with_tools_enabled": ORIGINS,
    "security::test_cors_proxy_only_forwards_explicit_proxy_headers": PROXY,
    "security::test_local_media_file[../../../tools-file://mtmd/test-1.jpeg-True]": VISION,
    "security::test_local_media_file[../../../tools-file:////mtmd//test-1.jpeg-True]": VISION,
}

# Whether it does hangs on the processor's arithmetic.
LEFT_OUT |= {
    f"tool_call::test_completion_without_tool_call_{speed}[{template}-{tools}-None-CompletionMode.{mode}]": ECHO
    for speed, template, tools in (("fast", "meta-llama-Llama-3.3-70B-Instruct-128", "tools1"),
                                   ("slow", "meetkai-functionary-medium-v3.2-256", "tools1"),
                                   ("slow", "meetkai-functionary-medium-v3.1-256", "tools4"),
                                   ("slow", "meta-llama-Llama-3.2-3B-Instruct-256", "tools7"))
    for mode in ("NORMAL", "STREAMED")}

# The same by a test's name and one of its parameters.
LEFT_OUT_WITH = {
    ("test_completion_with_required_tool_real_model", "argument_key", "code"): ENDLESS,
}
