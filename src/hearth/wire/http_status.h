#pragma once

#include <cstddef>
#include <string_view>

#include "hearth/base/error.h"

namespace hearth::wire {

/// Whose conventions an answer follows.
enum class Api { anthropic, openai, ollama };

/// The status of a response that carries `error`: 400 invalid_request, 401 unauthorized,
/// 403 forbidden, 404 not_found and no_endpoint, 405 wrong_method, 413 too_large, 429 rate_limited,
/// 499 cancelled, 502 unavailable, 504 timeout, 500 otherwise; overloaded is 529 for Anthropic's
/// API and 503 for the others.
int http_status(const Error& error, Api api);

/// The error of a prompt that does not fit. Claude Code reads the two numbers of this text and
/// shows them without a retry, so the words are fixed: "prompt is too long: N tokens > M maximum".
/// invalid_request, hence 400.
Error prompt_too_long(std::size_t tokens, std::size_t maximum);

/// What the `type` (or `code`) of an error object of either API means; unavailable where unknown.
ErrorKind kind_of_error_type(std::string_view type);

/// What an error status means.
ErrorKind kind_of_status(int status);

/// What a server's response with an error status means. `body` may be an error object of either
/// API, HTML, plain text or nothing; `retry_after` is that header's value or empty. The message
/// holds the server's own words, of a body that is no JSON at most the first 200 characters.
Error error_of_response(int status, std::string_view body, std::string_view retry_after = {});

}  // namespace hearth::wire
