#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "hearth/base/error.h"
#include "hearth/models/part_file.h"
#include "hearth/models/transfer.h"

namespace hearth::models {

struct HttpDownload {
  std::string url;                     ///< http or https; redirects are followed
  std::optional<std::uint64_t> bytes;  ///< the size it must have, if that is known
  /// Where no hash will tell whether two halves belong together: a file that keeps the server's
  /// ETag beside the part, so that only the same file is resumed. Empty: resume always.
  std::filesystem::path etag_file;
};

struct HttpFailure {
  Error error;
  bool out_of_reach = false;  ///< the server could not even be asked: no name, no way, no answer
};

/// Fetches what `part` lacks, over as many connections as the limits allow, by libcurl with the
/// proxies of the environment. A server that ignores Range is read from the start.
/// On any error `part` keeps what had arrived, for the next try.
/// Errors: unavailable if the server cannot be reached or breaks off for good, not_found,
/// unauthorized, invalid_request (not a usable URL, or another size than `bytes`), io, cancelled.
std::expected<void, HttpFailure> http_fetch(const HttpDownload& download, PartFile& part,
                                            const TransferLimits& limits,
                                            const ProgressCallback& progress,
                                            const std::stop_token& stop);

/// "example.org" of "https://example.org:8443/x".
std::string host_of(const std::string& url);

/// Waits unless a stop is requested. Returns false if it was.
bool sleep_unless_stopped(std::chrono::milliseconds time, const std::stop_token& stop);

}  // namespace hearth::models
