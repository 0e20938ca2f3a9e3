#include "hearth/cli/finish.h"

#include <fmt/format.h>

#include <cstdio>

namespace hearth::cli {

void finish(const Result<void>& result, int& exit_code) {
  if (result) return;
  fmt::print(stderr, "hearth: {}\n", result.error().message);
  exit_code = 1;
}

}  // namespace hearth::cli
