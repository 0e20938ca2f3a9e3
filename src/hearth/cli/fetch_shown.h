#pragma once

#include <filesystem>
#include <string>

#include "hearth/base/error.h"
#include "hearth/models/fetch.h"

namespace hearth::cli {

/// models::fetch and models::fetch_url with their progress on standard error. Ctrl-C stops them.
Result<std::filesystem::path> fetch_shown(const models::ModelSpec& spec);
Result<models::FetchedUrl> fetch_url_shown(const std::string& url, const std::string& sha256);

}  // namespace hearth::cli
