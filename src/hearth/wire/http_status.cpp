#include "hearth/wire/http_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "hearth/base/json.h"
#include "hearth/wire/overflow.h"
#include "hearth/wire/stream_decoder.h"

namespace hearth::wire {
namespace {

/// Some of Gemini's servers put the one object into an array.
const json::object* error_object(const json::value& body) {
  const json::array* array = body.if_array();
  return array != nullptr && !array->empty() ? array->front().if_object() : body.if_object();
}

/// Gemini answers a wrong key with 400.
bool is_wrong_key(const json::object* object) {
  const json::object* error = object == nullptr ? nullptr : find_object(*object, "error");
  const json::array* details = error == nullptr ? nullptr : find_array(*error, "details");
  if (details == nullptr) return false;
  return std::ranges::any_of(*details, [](const json::value& detail) {
    const json::object* reason = detail.if_object();
    return reason != nullptr && find_string(*reason, "reason") == "API_KEY_INVALID";
  });
}

/// The error object's own words, whichever API it is of.
std::optional<std::string> message_of(const json::object* object) {
  if (object == nullptr) return std::nullopt;
  if (const json::object* error = find_object(*object, "error")) {
    if (const auto message = find_string(*error, "message")) return std::string(*message);
  }
  for (const char* key : {"error", "message", "detail"}) {
    if (const auto message = find_string(*object, key)) return std::string(*message);
  }
  return std::nullopt;
}

}  // namespace

int http_status(const Error& error, Api api) {
  switch (error.kind) {
    case ErrorKind::invalid_request: return 400;
    case ErrorKind::unauthorized: return 401;
    case ErrorKind::forbidden: return 403;
    case ErrorKind::not_found:
    case ErrorKind::no_endpoint: return 404;
    case ErrorKind::wrong_method: return 405;
    case ErrorKind::too_large: return 413;
    case ErrorKind::rate_limited: return 429;
    case ErrorKind::overloaded: return api == Api::anthropic ? 529 : 503;
    case ErrorKind::unavailable: return 502;
    case ErrorKind::timeout: return 504;
    case ErrorKind::cancelled: return 499;
    case ErrorKind::io:
    case ErrorKind::config:
    case ErrorKind::internal: return 500;
  }
  return 500;
}

ErrorKind kind_of_error_type(std::string_view type) {
  static constexpr std::array<std::pair<std::string_view, ErrorKind>, 16> kinds{{
      {"invalid_request_error", ErrorKind::invalid_request},
      {"context_length_exceeded", ErrorKind::invalid_request},
      {"exceed_context_size_error", ErrorKind::invalid_request},
      {"authentication_error", ErrorKind::unauthorized},
      {"invalid_api_key", ErrorKind::unauthorized},
      {"permission_error", ErrorKind::forbidden},
      {"not_found_error", ErrorKind::not_found},
      {"model_not_found", ErrorKind::not_found},
      {"request_too_large", ErrorKind::too_large},
      {"rate_limit_error", ErrorKind::rate_limited},
      {"rate_limit_exceeded", ErrorKind::rate_limited},
      {"insufficient_quota", ErrorKind::rate_limited},
      {"overloaded_error", ErrorKind::overloaded},
      {"unavailable_error", ErrorKind::overloaded},
      {"timeout_error", ErrorKind::timeout},
      {"request_cancelled", ErrorKind::cancelled},
  }};
  const auto* found =
      std::ranges::find(kinds, type, &std::pair<std::string_view, ErrorKind>::first);
  return found == kinds.end() ? ErrorKind::unavailable : found->second;
}

ErrorKind kind_of_status(int status) {
  switch (status) {
    case 401: return ErrorKind::unauthorized;
    case 403: return ErrorKind::forbidden;
    case 404: return ErrorKind::not_found;
    case 408: return ErrorKind::timeout;
    case 413: return ErrorKind::too_large;
    case 429: return ErrorKind::rate_limited;
    case 529: return ErrorKind::overloaded;
    case 504: return ErrorKind::timeout;
    default:
      return status >= 400 && status < 500 ? ErrorKind::invalid_request : ErrorKind::unavailable;
  }
}

Error error_of_response(int status, std::string_view body,
                        std::optional<std::chrono::seconds> retry_after) {
  Error error{kind_of_status(status), {}, retry_after};
  std::optional<std::string> words;
  if (const auto parsed = parse_json(body)) {
    const json::object* object = error_object(*parsed);
    words = message_of(object);
    if (is_wrong_key(object)) error.kind = ErrorKind::unauthorized;
    if (words && (status == 400 || status == 413 || status == 500)) {
      const json::object* inner = object == nullptr ? nullptr : find_object(*object, "error");
      if (auto overflow = overflow_of(*words, inner == nullptr ? object : inner)) return *overflow;
    }
  }
  if (!words) {
    // A gateway's error page: nothing in it is an API's answer, so neither is its status.
    if (status >= 500) error.kind = ErrorKind::unavailable;
    words = body.empty() ? std::string("no message") : excerpt(body);
  }
  error.message = fmt::format(
      "{} (status {}{})", *words, status,
      retry_after ? fmt::format(", retry after {}", retry_after->count()) : std::string());
  return error;
}

}  // namespace hearth::wire
