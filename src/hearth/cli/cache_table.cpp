#include "hearth/cli/cache_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/models/byte_size.h"

namespace hearth::cli {
namespace {

using models::file_size_in_words;

std::uint64_t number(const json::object& object, std::string_view name) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(find_int(object, name).value_or(0), 0));
}

std::string size(const json::object& object, std::string_view name) {
  const std::uint64_t bytes = number(object, name);
  return bytes == 0 ? "-" : file_size_in_words(bytes);
}

std::string time_ago(double seconds) {
  if (seconds < 60) return fmt::format("{:.0f} s", seconds);
  if (seconds < 3600) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 48 * 3600.0) return fmt::format("{:.0f} h", seconds / 3600);
  return fmt::format("{:.0f} d", seconds / 86400);
}

std::string tier(const json::object& model, std::string_view name) {
  const auto* found = find_object(model, name);
  if (found == nullptr || number(*found, "budget_bytes") == 0) return "off";
  return fmt::format("{} of {}", file_size_in_words(number(*found, "bytes")),
                     file_size_in_words(number(*found, "budget_bytes")));
}

std::string row(const json::object& conversation) {
  return fmt::format(
      "{:>8} {:>8} {:>8}  {:>8} {:>8}  {:>8} {:>5} {:>8}  {}\n", number(conversation, "tokens"),
      number(conversation, "own_tokens"), number(conversation, "device_tokens"),
      size(conversation, "host_bytes"), size(conversation, "disk_bytes"),
      time_ago(find_number(conversation, "idle_seconds").value_or(0)), number(conversation, "uses"),
      fmt::format("{:.1f} s", find_number(conversation, "read_seconds").value_or(0)),
      find_string(conversation, "begins").value_or(""));
}

}  // namespace

std::string cache_table(const json::object& model, std::size_t most) {
  std::string text = fmt::format("{}\n", find_string(model, "model").value_or("?"));
  if (const auto* devices = find_array(model, "device")) {
    for (const json::value& device : *devices) {
      const json::object& found = device.as_object();
      text += fmt::format("  device  {} of {} tokens ({}), {}\n", number(found, "tokens"),
                          number(found, "capacity_tokens"), size(found, "bytes"),
                          find_string(found, "instance").value_or(""));
    }
  }
  text += fmt::format("  memory  {}\n  disk    {}\n", tier(model, "host"), tier(model, "disk"));
  const auto* conversations = find_array(model, "conversations");
  if (conversations == nullptr || conversations->empty()) return text + "  nothing is kept yet\n";
  text += fmt::format("\n{:>8} {:>8} {:>8}  {:>8} {:>8}  {:>8} {:>5} {:>8}  {}\n", "TOKENS", "OWN",
                      "DEVICE", "MEMORY", "DISK", "LAST USE", "USES", "SAVES", "BEGINS");
  const std::size_t shown = std::min(most, conversations->size());
  for (std::size_t i = 0; i < shown; ++i) text += row((*conversations)[i].as_object());
  const std::uint64_t all = number(model, "n_conversations");
  if (all > shown) text += fmt::format("  and {} more\n", all - shown);
  return text;
}

std::string stored_model_line(const kv::StoredModel& model) {
  return fmt::format("{:>8} on disk in {} entries, {}\n", file_size_in_words(model.bytes),
                     model.entries, model.description.empty() ? "?" : model.description);
}

}  // namespace hearth::cli
