#include "hearth/models/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hearth/models/byte_size.h"
#include "hearth/models/gguf.h"
#include "hearth/models/store.h"

namespace hearth::models {
namespace {

ModelRow row_of_file(std::string name, const std::filesystem::path& path) {
  ModelRow row;
  row.name = std::move(name);
  row.path = path;
  std::error_code ec;
  if (const auto bytes = std::filesystem::file_size(path, ec); !ec) row.bytes = bytes;
  const auto info = inspect_gguf(path);
  if (!info) {
    row.problem = info.error().message;
    return row;
  }
  row.architecture = info->architecture;
  row.context_length = info->context_length;
  row.kv_bytes_per_token = info->kv_bytes_per_token();
  return row;
}

std::string where(const ModelRow& row) {
  if (!row.problem.empty()) return row.problem;
  return row.path.empty() ? fmt::format("hearth get {}", row.name) : row.path.string();
}

std::string or_dash(std::uint64_t number, const std::string& text) {
  return number == 0 ? "-" : text;
}

json::value or_null(std::uint64_t number) {
  return number == 0 ? json::value(nullptr) : json::value(number);
}

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace

std::vector<ModelRow> list_models(const std::vector<std::filesystem::path>& paths) {
  std::vector<ModelRow> rows;
  for (const auto& model : stored_models()) {
    rows.push_back(row_of_file(model.name, model.path));
    rows.back().is_default = model.spec != nullptr && model.spec->is_default;
  }
  for (const auto& spec : catalogue()) {
    if (is_stored(spec)) continue;
    ModelRow row;
    row.name = spec.name;
    row.bytes = spec.bytes;
    row.is_default = spec.is_default;
    rows.push_back(std::move(row));
  }
  for (const auto& path : paths) rows.push_back(row_of_file(path.stem().string(), path));
  return rows;
}

std::string as_table(const std::vector<ModelRow>& rows) {
  using Line = std::array<std::string, 6>;
  std::vector<Line> lines = {{"NAME", "SIZE", "ARCHITECTURE", "CONTEXT", "KV/TOKEN", "WHERE"}};
  for (const auto& row : rows) {
    lines.push_back(
        {row.name + (row.is_default ? " (default)" : ""),
         or_dash(row.bytes, file_size_in_words(row.bytes)),
         row.architecture.empty() ? "-" : row.architecture,
         or_dash(row.context_length, std::to_string(row.context_length)),
         or_dash(row.kv_bytes_per_token,
                 fmt::format("{:g} KiB", static_cast<double>(row.kv_bytes_per_token) / 1024)),
         where(row)});
  }
  std::array<std::size_t, 6> widths{};
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string table;
  for (const auto& line : lines) {
    table +=
        fmt::format("{:<{}}  {:>{}}  {:<{}}  {:>{}}  {:>{}}  {}\n", line[0], widths[0], line[1],
                    widths[1], line[2], widths[2], line[3], widths[3], line[4], widths[4], line[5]);
  }
  return table;
}

json::array as_json(const std::vector<ModelRow>& rows) {
  json::array list;
  for (const auto& row : rows) {
    list.push_back(json::object{{"name", row.name},
                                {"path", or_null(row.path.string())},
                                {"present", !row.path.empty() && row.problem.empty()},
                                {"default", row.is_default},
                                {"bytes", or_null(row.bytes)},
                                {"architecture", or_null(row.architecture)},
                                {"context_length", or_null(row.context_length)},
                                {"kv_bytes_per_token", or_null(row.kv_bytes_per_token)},
                                {"problem", or_null(row.problem)}});
  }
  return list;
}

}  // namespace hearth::models
