#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/folder.h"
#include "hearth/agent/test_report.h"

namespace hearth::agent {

/// The folder's test files with their contents, those that `output` names first read.
Sources read_tests(const Folder& folder, std::string_view output);

/// The source files that may hold the mistake, the likeliest first: named in the task, named in the
/// check's output, imported by a test, named like a test, defining what the failing lines call.
/// Test files are never among them.
std::vector<std::string> find_suspects(const Folder& folder, std::string_view task,
                                       std::string_view output, const Sources& tests);

}  // namespace hearth::agent
