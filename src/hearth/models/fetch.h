#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "hearth/base/error.h"
#include "hearth/models/catalogue.h"
#include "hearth/models/transfer.h"

namespace hearth::models {

/// Brings the model into the store and returns its path: from its sources in order, until the file
/// has the model's SHA-256. What is there already is not fetched again, neither a whole file (its
/// hash is checked) nor a part of one, whichever source that came from. A host that was out of
/// reach once is not asked again by this process. The file appears under its name only when it is
/// whole and right; bytes with a wrong hash are not kept.
/// Errors: unavailable, naming for each source what was wrong; cancelled, saying what is kept;
/// overloaded if another process is fetching it; io.
Result<std::filesystem::path> fetch(const ModelSpec& spec, const ProgressCallback& progress,
                                    const std::stop_token& stop, const TransferLimits& limits = {});

struct FetchedUrl {
  std::filesystem::path path;
  std::string sha256;
  bool was_there = false;  ///< nothing was fetched
};

/// Brings any GGUF file into the store under the name its address ends with. `sha256` is what its
/// hash must be, or empty. A file of that name that is there is kept, unless it has another hash
/// than `sha256`. Errors: as `fetch`, and invalid_request if it is not a GGUF file.
Result<FetchedUrl> fetch_url(const std::string& url, const std::string& sha256,
                             const ProgressCallback& progress, const std::stop_token& stop,
                             const TransferLimits& limits = {});

/// The name in the store of a file fetched from `url`; always ends in ".gguf".
/// Errors: invalid_request if `url` is not http or https, or names no file.
Result<std::string> file_name_of_url(const std::string& url);

}  // namespace hearth::models
