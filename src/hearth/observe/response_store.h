#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "hearth/base/json.h"
#include "hearth/observe/database.h"

namespace hearth::observe {

/// The file in the state folder.
std::filesystem::path response_store_file();

/// Responses that a client may come back to by their id, with what was asked, in SQLite. Kept for
/// 30 days, as OpenAI's service does. Thread-safe; each call reads or writes the disk.
class ResponseStore {
 public:
  /// Makes the file, and removes what is too old. Errors: io.
  static Result<std::unique_ptr<ResponseStore>> open(const std::filesystem::path& file);

  /// `response` with its id and `previous_response_id`, and the items that it answers. Errors: io.
  Result<void> keep(const json::object& response, const json::array& input);

  /// The response. Errors: not_found, io.
  Result<json::object> response(const std::string& id);
  /// The items that the response answers, without those of earlier ones. Errors likewise.
  Result<json::array> input(const std::string& id);
  /// Inputs and outputs of the response and of all that it goes on from, oldest first. Errors
  /// likewise: not_found names the one that is missing.
  Result<json::array> items_up_to(const std::string& id);
  /// Errors: not_found, io.
  Result<void> remove(const std::string& id);

 private:
  struct Row {
    json::object response;
    json::array input;
  };
  explicit ResponseStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  Result<Row> row(const std::string& id);

  std::mutex mutex_;
  std::unique_ptr<Database> database_;
};

}  // namespace hearth::observe
