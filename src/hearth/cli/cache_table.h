#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/kv/disk_verify.h"

namespace hearth::cli {

/// A loaded model's KV state as `GET /cache` tells it, for people: what is in which tier, and the
/// `most` conversations that would be kept longest.
[[nodiscard]] std::string cache_table(const json::object& model, std::size_t most);

/// One line on what lies on disk of a model that no server has.
[[nodiscard]] std::string stored_model_line(const kv::StoredModel& model);

}  // namespace hearth::cli
