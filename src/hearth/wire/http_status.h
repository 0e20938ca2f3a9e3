#pragma once

#include <chrono>
#include <optional>
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

/// What the `type` (or `code`) of an error object of either API means; unavailable where unknown.
ErrorKind kind_of_error_type(std::string_view type);

/// What an error status means.
ErrorKind kind_of_status(int status);

/// What a server's response with an error status means. `body` may be an error object of either
/// API, HTML, plain text or nothing; `retry_after` is what that header says. The message holds the
/// server's own words, of a body that is no JSON at most the first 200 characters. A prompt that is
/// too long is prompt_too_long, whatever the server calls it.
Error error_of_response(int status, std::string_view body,
                        std::optional<std::chrono::seconds> retry_after = std::nullopt);

}  // namespace hearth::wire
