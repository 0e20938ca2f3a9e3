// What a session asks the person at the terminal.
#include <fmt/format.h>

#include <cstdio>
#include <iostream>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/session.h"

namespace hearth::agent {

Person Session::person_at_terminal(Person given) {
  if (!interactive_) return given;
  return {.ask = [this](const Question& question) { return ask(question); },
          .answer =
              [this](std::string_view question) {
                if (watch_ != nullptr) watch_->pause();
                auto line = ask_line(question);
                if (watch_ != nullptr) watch_->resume();
                return line;
              }};
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

bool Session::wants_to_go_on(const Error& error) {
  if (!person_.answer) return false;
  const auto said = person_.answer(
      fmt::format("{}\nNothing is lost. Ask again (Enter), or stop (s)? ", error.message));
  return said && trimmed(*said).empty();
}

std::optional<CheckCommand> Session::known_check(const std::string& task) const {
  if (!options_.check.empty()) return CheckCommand{options_.check, CheckOrigin::given};
  return find_check(task, options_.typed_prompt, folder_);
}

std::optional<CheckCommand> Session::check_for(const std::string& task) {
  if (auto known = known_check(task)) return known;
  if (!person_.answer || asked_for_check_) return std::nullopt;
  asked_for_check_ = true;
  const auto line = person_.answer("Which command checks the work (empty: none)? ");
  if (!line || line->empty()) return std::nullopt;
  return CheckCommand{*line, CheckOrigin::given};
}

}  // namespace hearth::agent
