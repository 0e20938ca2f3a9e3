#include "hearth/wire/models_list.h"

#include <fmt/chrono.h>

#include <ctime>

namespace hearth::wire {

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

json::object models_list(std::span<const ModelEntry> models) {
  json::array data;
  for (const ModelEntry& model : models) data.push_back(model_object(model));
  json::object list;
  list["object"] = "list";
  list["data"] = std::move(data);
  list["has_more"] = false;
  list["first_id"] = models.empty() ? json::value() : json::value(models.front().id);
  list["last_id"] = models.empty() ? json::value() : json::value(models.back().id);
  return list;
}

}  // namespace hearth::wire
