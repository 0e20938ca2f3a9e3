#pragma once

#include "hearth/base/json.h"
#include "hearth/chat/request.h"
#include "hearth/wire/openai_completion.h"

namespace hearth::wire {

/// The body of Ollama's `POST /api/chat`. Answers stream unless `stream` is false. Calls have no
/// ids in older clients: they get some here, and a tool's message belongs to the first call without
/// a result, of its `tool_name` if it has one. `options.num_ctx` and what else only a server's
/// start could change is ignored with a warning.
///
/// Errors: invalid_request, naming the path.
Result<chat::Request> decode_ollama_chat(const json::value& body);

/// The body of `POST /api/generate` where the template is applied: `system` and `prompt` as
/// messages. Errors: likewise; `suffix` and `context` are refused.
Result<chat::Request> decode_ollama_generate(const json::value& body);

/// The same with `raw` or a `suffix`: no template.
Result<CompletionRequest> decode_ollama_raw(const json::value& body);

}  // namespace hearth::wire
