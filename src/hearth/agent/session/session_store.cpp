#include "hearth/agent/session/session_store.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <ranges>
#include <utility>
#include <variant>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/message_json.h"
#include "hearth/base/file.h"
#include "hearth/base/json.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

/// Puts a session together, line by line.
class Replay {
 public:
  explicit Replay(StoredSession& session) : session_(session) {}

  /// False if the line is no record.
  bool take(std::string_view line) {
    const auto value = parse_json(line);
    if (!value || !value->is_object()) return false;
    const json::object& record = value->get_object();
    const auto type = find_string(record, "type");
    if (!type) return false;
    SessionSummary& summary = session_.summary;
    summary.changed_ms = find_int(record, "time").value_or(summary.changed_ms);
    if (*type == "session") {
      summary.folder = find_string(record, "folder").value_or(summary.folder);
      summary.model = find_string(record, "model").value_or(summary.model);
    } else if (*type == "task") {
      session_.tasks.emplace_back(find_string(record, "text").value_or(""));
      session_.task_starts.push_back({session_.messages.size(), session_.tasks.back()});
      if (const auto folder = find_string(record, "folder")) summary.folder = *folder;
    } else if (*type == "checkpoint") {
      const std::string state(find_string(record, "state").value_or(""));
      const bool step = find_bool(record, "step").value_or(false);
      if (!step) session_.checkpoint = state;
      if (!session_.task_starts.empty()) {
        TaskStart& task = session_.task_starts.back();
        if (!step && task.state.empty()) task.state = state;
        add_step(task, record);
      }
    } else if (*type == "style") {
      session_.forced_calls = find_string(record, "style") == "forced";
    } else if (*type == "title") {
      title_ = find_string(record, "text").value_or("");
    } else if (*type == "user" || *type == "assistant") {
      const json::object* message = find_object(record, "message");
      if (message == nullptr) return false;
      session_.messages.push_back(message_from_json(*message));
      session_.said.push_back(session_.messages.back());
    } else if (*type == "rewind") {
      const auto count = static_cast<std::size_t>(find_int(record, "messages").value_or(0));
      const std::size_t gone = session_.messages.size() - std::min(count, session_.messages.size());
      session_.messages.resize(session_.messages.size() - gone);
      session_.said.resize(session_.said.size() - std::min(gone, session_.said.size()));
      forget_after(session_.task_starts, count);
    } else if (*type == "replaced") {
      const json::array* messages = find_array(record, "messages");
      if (messages == nullptr) return false;
      const json::array* tasks = find_array(record, "tasks");
      session_.task_starts =
          tasks == nullptr ? std::vector<TaskStart>() : task_starts_from_json(*tasks);
      session_.messages.clear();
      for (const json::value& message : *messages) {
        if (message.is_object()) {
          session_.messages.push_back(message_from_json(message.get_object()));
        }
      }
      // Of a copy of another session there is nothing else.
      if (session_.said.empty()) session_.said = session_.messages;
    }
    return true;
  }

  void finish() {
    SessionSummary& summary = session_.summary;
    summary.title = title_.empty() && !session_.tasks.empty() ? session_.tasks.front() : title_;
    summary.tasks = session_.tasks.size();
  }

 private:
  StoredSession& session_;
  std::string title_;
};

/// A server takes no call without a result.
std::optional<chat::Message> missing_results(const std::vector<chat::Message>& messages) {
  if (messages.empty() || messages.back().role != chat::Role::assistant) return std::nullopt;
  chat::Message results{.role = chat::Role::user, .content = {}};
  for (const chat::Block& block : messages.back().content) {
    const auto* call = std::get_if<chat::ToolUseBlock>(&block);
    if (call == nullptr) continue;
    results.content.push_back(chat::ToolResultBlock{
        .tool_use_id = call->id,
        .content = {chat::TextBlock{.text = "The session ended while this was running; whether it "
                                            "was done is not known.",
                                    .extra = {}}},
        .is_error = true,
        .extra = {}});
  }
  if (results.content.empty()) return std::nullopt;
  return results;
}

SessionSummary summary_of(const fs::path& file) {
  SessionSummary summary;
  summary.id = file.stem().string();
  summary.file = file;
  return summary;
}

Result<StoredSession> read_session(const fs::path& file) {
  const auto content = read_file(file);
  if (!content) return std::unexpected(content.error());
  StoredSession session;
  session.summary = summary_of(file);
  Replay replay(session);
  const auto lines = lines_of(*content);
  std::size_t good = 0;
  while (good < lines.size() && (trimmed(lines[good]).empty() || replay.take(lines[good]))) ++good;
  if (good < lines.size()) {
    session.damage =
        good + 1 == lines.size()
            ? "the last line was not written whole; it is left out"
            : fmt::format("line {} of {} is damaged; the session goes on from what is before it",
                          good + 1, file.string());
  }
  replay.finish();
  session.missing_results = missing_results(session.messages);
  return session;
}

/// Whether the first lines of a session's file name this folder: cheaper than reading all of it.
bool begins_in(const fs::path& file, const std::string& folder) {
  constexpr std::size_t head_bytes = 16'384;
  std::ifstream stream(file, std::ios::binary);
  std::string head(head_bytes, '\0');
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(stream.gcount()));
  return head.find(to_json(json::value(folder))) != std::string::npos;
}

std::optional<std::string> line_with(std::string_view words, std::string_view text) {
  const auto same = [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  };
  const auto found = std::ranges::search(text, words, same);
  if (found.empty()) return std::nullopt;
  const auto at = static_cast<std::size_t>(found.begin() - text.begin());
  std::size_t begin = text.rfind('\n', at) + 1;
  // Of a long line what is around them; not from within a character on.
  constexpr std::size_t most_before = 30;
  if (at - begin > most_before) begin = at - most_before;
  while (begin < at && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80) ++begin;
  return std::string(text.substr(begin, text.find('\n', at) - begin));
}

/// The latest line of the conversation that holds `words`.
std::optional<std::string> line_with(std::string_view words, const StoredSession& session) {
  for (const chat::Message& message : session.said | std::views::reverse) {
    for (const chat::Block& block : message.content | std::views::reverse) {
      std::string text;
      if (const auto* said = std::get_if<chat::TextBlock>(&block)) text = said->text;
      if (const auto* call = std::get_if<chat::ToolUseBlock>(&block)) text = call->arguments;
      if (const auto* result = std::get_if<chat::ToolResultBlock>(&block)) {
        text = chat::text_of(*result);
      }
      if (auto line = line_with(words, text)) return line;
    }
  }
  return line_with(words, session.summary.title);
}

}  // namespace

std::vector<SessionSummary> list_sessions(const fs::path& store, const fs::path& folder,
                                          std::string_view words, std::size_t most) {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(store, ec)) {
    std::error_code entry_error;
    if (entry.path().extension() != ".jsonl") continue;
    files.emplace_back(entry.last_write_time(entry_error), entry.path());
  }
  std::ranges::sort(files, std::greater{});
  std::vector<SessionSummary> sessions;
  for (const auto& [time, file] : files) {
    if (sessions.size() >= most) break;
    if (!folder.empty() && !begins_in(file, folder.string())) continue;
    auto session = read_session(file);
    if (!session || session->tasks.empty()) continue;
    if (!folder.empty() && session->summary.folder != folder.string()) continue;
    if (!words.empty()) {
      auto found = line_with(words, *session);
      if (!found) continue;
      session->summary.found = std::move(*found);
    }
    sessions.push_back(std::move(session->summary));
  }
  return sessions;
}

Result<StoredSession> load_session(const fs::path& store, const std::string& id) {
  const bool plain = !id.empty() && id.find('/') == std::string::npos && id.front() != '.';
  const fs::path file = store / (id + ".jsonl");
  std::error_code ec;
  if (!plain || !fs::exists(file, ec)) {
    return fail(ErrorKind::not_found,
                fmt::format("there is no session {}; `hearth sessions` lists those there are", id));
  }
  return read_session(file);
}

}  // namespace hearth::agent
