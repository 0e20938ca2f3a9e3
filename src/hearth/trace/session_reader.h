#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/trace/session.h"

namespace hearth::trace {

/// Reads sessions in the format of the public data set callanjfox/kv-cache-tester: a JSON object
/// with `block_size` and `requests` (`t`, `in`, `out`, `hash_ids`, `api_time`, `think_time`; an
/// entry of the type "subagent" holds `requests` of its own, whose times count from its own). Ours
/// have `reused` besides. Names are for messages.
///
/// Errors: invalid_request; the message says where and what was expected.
[[nodiscard]] Result<Session> parse_session(std::string_view json, const std::string& name);

/// The same from a file, which may be compressed with gzip. Errors: io, not_found besides.
[[nodiscard]] Result<Session> read_session(const std::filesystem::path& file);

/// All *.json and *.json.gz of a folder, by name; or one file. Errors: likewise; not_found if there
/// is none.
[[nodiscard]] Result<std::vector<Session>> read_sessions(const std::filesystem::path& path);

}  // namespace hearth::trace
