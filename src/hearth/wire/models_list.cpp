#include "hearth/wire/models_list.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string_view>

namespace hearth::wire {
namespace {

Result<std::size_t> place_of(std::span<const ModelEntry> models, const std::string& id,
                             std::string_view parameter) {
  const auto found = std::ranges::find(models, id, &ModelEntry::id);
  if (found != models.end()) return static_cast<std::size_t>(found - models.begin());
  return fail(ErrorKind::invalid_request,
              fmt::format("{}: there is no model '{}' in this list", parameter, id));
}

}  // namespace

json::object model_object(const ModelEntry& model) {
  json::object object;
  object["type"] = "model";
  object["id"] = model.id;
  object["display_name"] = model.display_name.empty() ? model.id : model.display_name;
  object["created_at"] =
      fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(model.created)));
  object["object"] = "model";
  object["created"] = model.created;
  object["owned_by"] = model.owned_by;
  if (model.context > 0) object["context_length"] = model.context;
  return object;
}

Result<json::object> models_list(std::span<const ModelEntry> models, const ModelsPage& page) {
  if (!page.after_id.empty()) {
    const auto at = place_of(models, page.after_id, "after_id");
    if (!at) return std::unexpected(at.error());
    models = models.subspan(*at + 1);
  }
  if (!page.before_id.empty()) {
    const auto at = place_of(models, page.before_id, "before_id");
    if (!at) return std::unexpected(at.error());
    models = models.first(*at);
  }
  const bool has_more = page.limit && *page.limit < models.size();
  if (has_more) {
    models = page.before_id.empty() ? models.first(*page.limit) : models.last(*page.limit);
  }
  json::array data;
  for (const ModelEntry& model : models) data.push_back(model_object(model));
  json::object list;
  list["object"] = "list";
  list["data"] = std::move(data);
  list["has_more"] = has_more;
  list["first_id"] = models.empty() ? json::value() : json::value(models.front().id);
  list["last_id"] = models.empty() ? json::value() : json::value(models.back().id);
  return list;
}

}  // namespace hearth::wire
