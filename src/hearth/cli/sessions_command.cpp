#include "hearth/cli/sessions_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>

#include "hearth/agent/agent.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/session_store.h"
#include "hearth/cli/local_time.h"

namespace hearth::cli {
namespace {

void print_sessions(const std::filesystem::path& folder, const std::string& words) {
  const auto sessions = agent::list_sessions(agent::sessions_dir(), folder, words);
  if (sessions.empty()) {
    fmt::print("No session{} {}.\n", words.empty() ? " has worked in" : " is about this in",
               folder.empty() ? "any folder" : folder.string());
    return;
  }
  for (const agent::SessionSummary& session : sessions) {
    constexpr std::size_t most_title = 72;
    const std::string title = agent::without_escapes(session.title);
    const auto lines = agent::lines_of(title);
    fmt::print("{}  {:%Y-%m-%d %H:%M}  {}{}\n", session.id, local_time(session.changed_ms),
               folder.empty() ? session.folder + "  " : "",
               lines.empty() ? "" : lines.front().substr(0, most_title));
    if (session.found.empty() || session.found == session.title) continue;
    fmt::print("    {}\n", agent::without_escapes(session.found).substr(0, most_title));
  }
}

}  // namespace

void add_sessions_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand(
      "sessions", "The agent's sessions in this folder; `hearth --resume ID` goes on with one");
  auto all = std::make_shared<bool>(false);
  auto words = std::make_shared<std::string>();
  command->add_flag("--all", *all, "In every folder");
  command->add_option("words", *words, "Only sessions in which this was said")->type_name("WORDS");
  command->callback([all, words, &exit_code] {
    print_sessions(*all ? std::filesystem::path() : std::filesystem::current_path(), *words);
    exit_code = 0;
  });
}

}  // namespace hearth::cli
