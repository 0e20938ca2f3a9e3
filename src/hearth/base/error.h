#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hearth {

/// What went wrong, as far as a caller may want to tell cases apart. Each wire format maps these to
/// its own status and type names.
enum class ErrorKind {
  invalid_request,  ///< the caller's input is at fault; the same call cannot succeed
  unauthorized,     ///< a key is missing or wrong
  forbidden,        ///< understood, and not allowed
  not_found,        ///< an unknown model, file or session
  no_endpoint,      ///< an unknown path of a server
  wrong_method,     ///< a path that does not answer this method
  too_large,        ///< over a limit that the message names
  rate_limited,     ///< try again later; the other side said so
  overloaded,       ///< no room at present
  unavailable,      ///< the other side could not be reached or broke off
  timeout,
  cancelled,
  io,        ///< a file or device refused
  config,    ///< a configuration is at fault; the message names file, line and key
  internal,  ///< a fault of ours
};

std::string_view to_string(ErrorKind kind);

/// Says what failed, why, and what to do, in one message for the person who sees it.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  /// When the other side wants to be asked again, if it told.
  std::optional<std::chrono::seconds> retry_after = {};
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}

/// Passes an error on under another result type.
template <class T>
std::unexpected<Error> pass_on(Result<T>& result) {
  return std::unexpected(std::move(result.error()));
}

}  // namespace hearth
