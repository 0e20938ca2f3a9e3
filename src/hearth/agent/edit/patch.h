#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::agent {

/// A run of lines to find and what takes their place.
struct PatchHunk {
  std::string heading;  ///< a line further up that says where; may be empty
  std::string before;   ///< with the lines around it
  std::string after;
};

/// What a patch does with one file.
struct FilePatch {
  enum class Kind { add, update, remove };
  Kind kind = Kind::update;
  std::string path;
  std::string new_path;  ///< moved there; empty: it stays
  std::string content;   ///< of a file that is added
  std::vector<PatchHunk> hunks;
};

/// A patch in the form that OpenAI's models are trained on: `*** Begin Patch`, for each file `***
/// Update File: PATH` (perhaps `*** Move to: PATH`, then `@@ HEADING` and lines with ' ', '-', '+'
/// in front), `*** Add File:`, `*** Delete File:`, `*** End Patch`. Errors: invalid_request, saying
/// which line is not understood.
Result<std::vector<FilePatch>> parse_patch(std::string_view text);

/// `content` with the hunks applied, each at the only place it fits, found as forgivingly as an
/// edit. Errors: invalid_request, saying which hunk and why.
Result<std::string> patched(std::string_view content, const std::vector<PatchHunk>& hunks);

}  // namespace hearth::agent
