#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::wire {

struct ModelEntry {
  std::string id;
  std::string display_name;  ///< the id where it is empty
  std::int64_t created = 0;  ///< seconds since 1970-01-01 UTC
  std::string owned_by = "hearth";
  int context = 0;  ///< window in tokens; 0: unknown, left out
};

/// One model in a shape that the SDKs of both makers read: Anthropic's `type`, `display_name`,
/// `created_at` (RFC 3339) beside OpenAI's `object`, `created`, `owned_by`.
json::object model_object(const ModelEntry& model);

/// A part of the list, as Anthropic's clients ask for it.
struct ModelsPage {
  std::optional<std::size_t> limit;  ///< unset: all
  std::string after_id;              ///< only those behind it
  std::string before_id;             ///< only those before it, the last ones
};

/// `GET /v1/models`: OpenAI's `object: "list"` and Anthropic's `has_more`, `first_id`, `last_id`
/// over the same `data`. Errors: invalid_request for an id that is not in the list.
Result<json::object> models_list(std::span<const ModelEntry> models, const ModelsPage& page = {});

}  // namespace hearth::wire
