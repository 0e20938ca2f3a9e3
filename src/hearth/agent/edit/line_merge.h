#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hearth/agent/edit/line_alignment.h"
#include "hearth/base/error.h"

namespace hearth::agent {

struct MergedLine {
  std::string text;  ///< without its end
  std::size_t like;  ///< the file's line that it is, replaces or stands beside: it ends so
};

/// What stands in the place of `at` when the change from `wanted` to `replacement` is made to the
/// file's own lines: those that stay keep their bytes, also where `wanted` had none of them; new
/// ones are indented as the file's are where the model's were not.
///
/// Errors: invalid_request, with what is in the way, when lines would go that were not given, or a
/// line is to be replaced that is not there.
Result<std::vector<MergedLine>> merge_lines(const Lines& file, const LineAlignment& at,
                                            const Lines& wanted, const Lines& replacement,
                                            EditMatch match);

}  // namespace hearth::agent
