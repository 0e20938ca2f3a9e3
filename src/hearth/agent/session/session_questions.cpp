// What a session asks the person at the terminal.
#include <fmt/format.h>

#include <cstdio>
#include <iostream>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/session.h"

namespace hearth::agent {

Permissions::Ask Session::asker(Permissions::Ask given) {
  if (given) return given;
  if (!interactive_) return {};
  return [this](const Question& question) { return ask(question); };
}

Consent Session::ask(const Question& question) {
  if (watch_ != nullptr) watch_->pause();
  Consent consent = Consent::no;
  while (true) {
    const auto line = ask_line(fmt::format("{} {}\n  allow? [y]es, [n]o, [a]lways: ", question.tool,
                                           without_escapes(question.subject)));
    if (!line || *line == "n" || *line == "no") break;
    if (*line == "y" || *line == "yes") consent = Consent::yes;
    if (*line == "a" || *line == "always") consent = Consent::always;
    if (consent != Consent::no) break;
  }
  if (watch_ != nullptr) watch_->resume();
  return consent;
}

std::optional<std::string> Session::ask_line(std::string_view question) {
  fmt::print("{}", question);
  std::fflush(stdout);
  std::string line;
  if (std::getline(std::cin, line)) return std::string(trimmed(line));
  if (watch_ != nullptr && watch_->interrupted()) {
    // The interrupted read is no end of input.
    std::clearerr(stdin);
    std::cin.clear();
    fmt::print("\n");
  }
  return std::nullopt;
}

std::optional<CheckCommand> Session::check_for(const std::string& task) {
  if (!options_.check.empty()) return CheckCommand{options_.check, true};
  if (auto found = find_check(task, folder_)) return found;
  if (!interactive_ || asked_for_check_) return std::nullopt;
  asked_for_check_ = true;
  if (watch_ != nullptr) watch_->pause();
  const auto line = ask_line("Which command checks the work (empty: none)? ");
  if (watch_ != nullptr) watch_->resume();
  if (!line || line->empty()) return std::nullopt;
  return CheckCommand{*line, true};
}

}  // namespace hearth::agent
