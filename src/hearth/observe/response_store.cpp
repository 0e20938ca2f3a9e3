#include "hearth/observe/response_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/base/clock.h"
#include "hearth/base/xdg.h"

namespace hearth::observe {
namespace {

constexpr const char* responses_schema =
    "CREATE TABLE IF NOT EXISTS responses ("
    "id TEXT PRIMARY KEY, time_ms INTEGER, response TEXT, input TEXT);"
    "CREATE INDEX IF NOT EXISTS responses_by_time ON responses (time_ms);";
constexpr std::int64_t kept_ms = std::int64_t{30} * 24 * 3600 * 1000;
/// More than one conversation has turns.
constexpr int longest_chain = 10000;

Error unknown(const std::string& id) {
  return {ErrorKind::not_found,
          fmt::format("there is no response '{}'; those with `store` are kept for 30 days", id)};
}

}  // namespace

std::filesystem::path response_store_file() {
  return state_dir() / "responses.db";
}

Result<std::unique_ptr<ResponseStore>> ResponseStore::open(const std::filesystem::path& file) {
  auto database = Database::open(file, Database::Access::write);
  if (!database) return pass_on(database);
  if (auto made = (*database)->execute(responses_schema); !made) return pass_on(made);
  const std::string remove_old =
      fmt::format("DELETE FROM responses WHERE time_ms < {};", unix_ms() - kept_ms);
  if (auto removed = (*database)->execute(remove_old); !removed) return pass_on(removed);
  return std::unique_ptr<ResponseStore>(new ResponseStore(std::move(*database)));
}

Result<void> ResponseStore::keep(const json::object& response, const json::array& input) {
  const std::lock_guard lock(mutex_);
  Statement insert(*database_, "INSERT OR REPLACE INTO responses VALUES (?, ?, ?, ?)");
  if (!insert.ready()) return std::unexpected(database_->last_error("keeping a response"));
  insert.bind(1, find_string(response, "id").value_or(""));
  insert.bind(2, unix_ms());
  const std::string text = to_json(response);
  const std::string items = to_json(input);
  insert.bind(3, std::string_view(text));
  insert.bind(4, std::string_view(items));
  insert.step();
  if (!insert.good()) return std::unexpected(database_->last_error("keeping a response"));
  return {};
}

Result<ResponseStore::Row> ResponseStore::row(const std::string& id) {
  const std::lock_guard lock(mutex_);
  Statement select(*database_, "SELECT response, input FROM responses WHERE id = ?");
  if (!select.ready()) return std::unexpected(database_->last_error("reading a response"));
  select.bind(1, std::string_view(id));
  if (!select.step()) {
    if (!select.good()) return std::unexpected(database_->last_error("reading a response"));
    return std::unexpected(unknown(id));
  }
  auto response = parse_json(select.text(0));
  auto input = parse_json(select.text(1));
  if (!response || !input || !response->is_object() || !input->is_array()) {
    return fail(ErrorKind::io, fmt::format("the stored response '{}' is damaged", id));
  }
  return Row{std::move(response->get_object()), std::move(input->get_array())};
}

Result<json::object> ResponseStore::response(const std::string& id) {
  auto found = row(id);
  if (!found) return pass_on(found);
  return std::move(found->response);
}

Result<json::array> ResponseStore::input(const std::string& id) {
  auto found = row(id);
  if (!found) return pass_on(found);
  return std::move(found->input);
}

Result<json::array> ResponseStore::items_up_to(const std::string& id) {
  std::vector<Row> turns;
  for (std::string at = id; !at.empty();) {
    if (turns.size() == longest_chain) return std::unexpected(unknown(at));
    auto found = row(at);
    if (!found) return pass_on(found);
    at = find_string(found->response, "previous_response_id").value_or("");
    turns.push_back(std::move(*found));
  }
  json::array items;
  for (auto turn = turns.rbegin(); turn != turns.rend(); ++turn) {
    std::ranges::move(turn->input, std::back_inserter(items));
    if (const json::array* output = find_array(turn->response, "output")) {
      std::ranges::copy(*output, std::back_inserter(items));
    }
  }
  return items;
}

Result<void> ResponseStore::remove(const std::string& id) {
  if (auto found = row(id); !found) return pass_on(found);
  const std::lock_guard lock(mutex_);
  Statement erase(*database_, "DELETE FROM responses WHERE id = ?");
  if (!erase.ready()) return std::unexpected(database_->last_error("removing a response"));
  erase.bind(1, std::string_view(id));
  erase.step();
  if (!erase.good()) return std::unexpected(database_->last_error("removing a response"));
  return {};
}

}  // namespace hearth::observe
