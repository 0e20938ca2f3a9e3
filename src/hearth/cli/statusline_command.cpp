#include "hearth/cli/statusline_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "hearth/base/file.h"
#include "hearth/base/trimmed.h"
#include "hearth/base/xdg.h"
#include "hearth/cli/finish.h"
#include "hearth/cli/status_line.h"
#include "hearth/observe/request_log.h"
#include "hearth/router/config.h"

namespace hearth::cli {
namespace {

namespace fs = std::filesystem;

/// Of the folder or one above it; empty where there is no repository, or no branch is checked out.
std::string branch_of(fs::path folder) {
  constexpr std::string_view link = "gitdir: ";
  constexpr std::string_view branches = "ref: refs/heads/";
  for (;; folder = folder.parent_path()) {
    fs::path git = folder / ".git";
    std::error_code ec;
    if (fs::is_regular_file(git, ec)) {
      // Another worktree of a repository.
      const std::string text = read_file(git).value_or("");
      if (text.starts_with(link)) git = folder / std::string(trimmed(text.substr(link.size())));
    }
    if (const auto head = read_file(git / "HEAD")) {
      const std::string_view text = trimmed(*head);
      return text.starts_with(branches) ? std::string(text.substr(branches.size())) : std::string();
    }
    if (folder == folder.parent_path()) return {};
  }
}

/// The end of a file, which may begin in the middle of a line.
std::string tail_of(const fs::path& file) {
  constexpr std::streamoff most = 200'000;
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) return {};
  const std::streamoff size = stream.tellg();
  stream.seekg(std::max<std::streamoff>(0, size - most));
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Of the transcript's last answer: its model, and its tokens with those from the cache.
void take_last_answer(std::string_view transcript, StatusFacts& facts) {
  while (!transcript.empty()) {
    if (transcript.ends_with('\n')) {
      transcript.remove_suffix(1);
      continue;
    }
    const std::size_t before = transcript.rfind('\n');
    const std::size_t from = before == std::string_view::npos ? 0 : before + 1;
    const auto line = parse_json(transcript.substr(from));
    transcript = transcript.substr(0, from);
    if (!line || !line->is_object()) continue;
    const json::object* message = find_object(line->get_object(), "message");
    const json::object* usage = message == nullptr ? nullptr : find_object(*message, "usage");
    if (find_string(line->get_object(), "type") != "assistant" || usage == nullptr) continue;
    facts.model = find_string(*message, "model").value_or("");
    for (const char* key :
         {"input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"}) {
      facts.input_tokens += static_cast<int>(find_int(*usage, key).value_or(0));
    }
    facts.output_tokens = static_cast<int>(find_int(*usage, "output_tokens").value_or(0));
    return;
  }
}

/// The model that answered the session's last request; empty if the log does not know.
std::string answering_model(std::string_view session) {
  constexpr int looked_at = 200;
  auto reader = observe::RequestLogReader::open(observe::request_log_file());
  if (!reader || session.empty()) return {};
  const auto rows = (*reader)->newest(looked_at);
  if (!rows) return {};
  for (auto row = rows->rbegin(); row != rows->rend(); ++row) {
    const auto target = router::parse_target(row->record.route);
    if (row->record.session == session && target) return target->model;
  }
  return {};
}

StatusFacts facts_of(const json::object& told) {
  StatusFacts facts;
  const json::object* workspace = find_object(told, "workspace");
  std::string folder(workspace == nullptr ? ""
                                          : find_string(*workspace, "current_dir").value_or(""));
  if (folder.empty()) folder = find_string(told, "cwd").value_or("");
  if (!folder.empty()) {
    facts.work_dir_name = fs::path(folder).lexically_normal().filename().string();
    if (fs::path(folder).is_absolute()) facts.git_branch = branch_of(folder);
  }
  const std::string transcript(find_string(told, "transcript_path").value_or(""));
  if (!transcript.empty()) take_last_answer(tail_of(transcript), facts);
  // A client knows the name that it asked for.
  if (std::string model = answering_model(find_string(told, "session_id").value_or(""));
      !model.empty()) {
    facts.model = std::move(model);
  }
  const json::object* model = find_object(told, "model");
  if (facts.model.empty() && model != nullptr) {
    facts.model = find_string(*model, "display_name").value_or("");
  }
  return facts;
}

Result<void> run_statusline(const std::string& config_file) {
  const std::string text(std::istreambuf_iterator<char>(std::cin), {});
  const auto told = parse_json(text);
  if (!told || !told->is_object()) {
    return fail(ErrorKind::invalid_request,
                "expected the JSON that Claude Code gives its status line's command, on standard "
                "input");
  }
  const fs::path file = config_file.empty() ? config_dir() / "config.json" : fs::path(config_file);
  json::object settings;
  if (const auto config = router::load_config(file, router::process_environment())) {
    settings = config->status_line;
  } else if (config.error().kind != ErrorKind::not_found) {
    return std::unexpected(config.error());
  }
  fmt::print("{}\n", status_line(settings, facts_of(told->get_object())));
  return {};
}

}  // namespace

void add_statusline_command(CLI::App& app, int& exit_code) {
  auto config_file = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "statusline", "A line for Claude Code's status line, whose JSON is read from standard input");
  command->add_option("--config", *config_file, "The configuration (default: the user's own)")
      ->type_name("FILE");
  command->callback([config_file, &exit_code] { finish(run_statusline(*config_file), exit_code); });
}

}  // namespace hearth::cli
