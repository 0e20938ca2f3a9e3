#include "hearth/cli/default_model.h"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "hearth/cli/fetch_shown.h"
#include "hearth/models/byte_size.h"
#include "hearth/models/store.h"

namespace hearth::cli {
namespace {

/// An empty line is a yes; the end of the input is not.
bool agrees() {
  std::string answer;
  if (!std::getline(std::cin, answer)) return false;
  return answer.empty() || answer.front() == 'y' || answer.front() == 'Y';
}

}  // namespace

Result<std::filesystem::path> ensure_default_model(bool interactive) {
  const auto& spec = models::default_model();
  if (models::is_stored(spec)) return models::stored_path(spec);
  if (const auto stored = models::stored_models(); !stored.empty()) return stored.front().path;
  if (!interactive) return std::unexpected(models::no_model_error());
  fmt::print(stderr, "There is no model on this machine. Fetch {} ({})? [Y/n] ", spec.title,
             models::file_size_in_words(spec.bytes));
  std::fflush(stderr);
  if (!agrees()) return std::unexpected(models::no_model_error());
  return fetch_shown(spec);
}

}  // namespace hearth::cli
