#include "hearth/cli/fetch_shown.h"

#include <fmt/format.h>

#include <cstdio>

#include "hearth/cli/interrupt.h"
#include "hearth/cli/progress_line.h"
#include "hearth/models/byte_size.h"
#include "hearth/models/store.h"

namespace hearth::cli {

Result<std::filesystem::path> fetch_shown(const models::ModelSpec& spec) {
  if (!models::is_stored(spec)) {
    fmt::print(stderr, "Fetching {} ({}, {}) into {}\n", spec.title,
               models::file_size_in_words(spec.bytes), spec.licence, models::models_dir().string());
  }
  const Interrupt interrupt;
  ProgressLine line;
  return models::fetch(spec, [&](const auto& progress) { line.show(progress); }, interrupt.token());
}

Result<models::FetchedUrl> fetch_url_shown(const std::string& url, const std::string& sha256) {
  const Interrupt interrupt;
  ProgressLine line;
  return models::fetch_url(
      url, sha256, [&](const auto& progress) { line.show(progress); }, interrupt.token());
}

}  // namespace hearth::cli
