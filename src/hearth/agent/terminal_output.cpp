#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "hearth/agent/output.h"
#include "hearth/agent/plain_text.h"
#include "hearth/base/clock.h"
#include "hearth/base/terminal.h"

namespace hearth::agent {
namespace {

constexpr std::size_t max_shown_lines = 12;

class TerminalOutput final : public Output {
 public:
  explicit TerminalOutput(bool interactive)
      : interactive_(interactive), work_(interactive ? stdout : stderr) {
    const char* no_color = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    terminal_ = ::isatty(::fileno(work_)) == 1;
    colour_ = terminal_ && (no_color == nullptr || *no_color == '\0') &&
              (term == nullptr || std::string_view(term) != "dumb");
  }

  void session(const SessionInfo& info) override {
    const std::lock_guard lock(mutex_);
    line(dim(
        fmt::format("{} · {} · {} · session {}", info.model, info.style, info.folder, info.id)));
  }

  void status(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    line(without_escapes(text));
  }

  void progress(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    const auto pause = std::chrono::milliseconds(terminal_ ? 80 : 4900);
    if (now - last_progress_ < pause) return;
    last_progress_ = now;
    break_text();
    if (terminal_) {
      fmt::print(work_, "\r\x1b[K{}", dim(cut_to_line(without_escapes(text), ::fileno(work_))));
      progress_shown_ = true;
    } else {
      fmt::print(work_, "{}\n", without_escapes(text));
    }
    std::fflush(work_);
  }

  void text(std::string_view delta) override {
    const std::lock_guard lock(mutex_);
    clear_progress();
    const std::string plain = streamed_.add(delta);
    if (plain.empty()) return;
    fmt::print(work_, "{}", plain);
    std::fflush(work_);
    in_text_ = !plain.ends_with('\n');
  }

  void message(const chat::Message&, const chat::Usage&) override {
    const std::lock_guard lock(mutex_);
    break_text();
    streamed_.begin();
  }

  void tool_call(const ShownCall& call) override {
    const std::lock_guard lock(mutex_);
    const auto lines = lines_of(call.subject);
    line(fmt::format("{} {}{}", bold(fmt::format("● {}", call.name)),
                     without_escapes(lines.empty() ? "" : lines[0]), lines.size() > 1 ? " …" : ""));
  }

  void tool_result(const chat::ToolResultBlock&, const ToolResult& result) override {
    const std::lock_guard lock(mutex_);
    const std::string plain = without_escapes(result.text);
    const auto lines = lines_of(plain);
    for (std::size_t i = 0; i < std::min(lines.size(), max_shown_lines); ++i) {
      line(result.is_error ? red(fmt::format("  {}", lines[i]))
                           : dim(fmt::format("  {}", lines[i])));
    }
    if (lines.size() > max_shown_lines) {
      line(dim(fmt::format("  … {} more lines", lines.size() - max_shown_lines)));
    }
    if (!result.diff.empty()) diff(result.diff);
  }

  void diff(std::string_view unified) override {
    const std::lock_guard lock(mutex_);
    const std::string plain = without_escapes(unified);
    for (const std::string_view text : lines_of(plain)) {
      if (text.starts_with("+")) {
        line(green(text));
      } else if (text.starts_with("-")) {
        line(red(text));
      } else {
        line(text.starts_with("@@") ? dim(text) : std::string(text));
      }
    }
  }

  void finished(const Outcome& outcome) override {
    const std::lock_guard lock(mutex_);
    break_text();
    clear_progress();
    const std::string result = without_escapes(outcome.text);
    if (!interactive_) {
      if (!result.empty()) fmt::print(stdout, "{}{}", result, result.ends_with('\n') ? "" : "\n");
      std::fflush(stdout);
    } else if (!outcome.good() || outcome.solved || !outcome.was_said) {
      line(result);
    }
    line(dim(fmt::format("{} request{}, {} tokens read ({} reused), {} written, {:.1f} s",
                         outcome.turns, outcome.turns == 1 ? "" : "s", outcome.usage.prompt_tokens,
                         outcome.usage.reused_tokens, outcome.usage.output_tokens,
                         outcome.duration_ms / 1000)));
  }

 private:
  void line(std::string_view text) {
    break_text();
    clear_progress();
    fmt::print(work_, "{}\n", text);
    std::fflush(work_);
  }
  void break_text() {
    if (in_text_) fmt::print(work_, "\n");
    in_text_ = false;
  }
  void clear_progress() {
    if (progress_shown_) fmt::print(work_, "\r\x1b[K");
    progress_shown_ = false;
  }
  [[nodiscard]] std::string styled(std::string_view code, std::string_view text) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  [[nodiscard]] std::string dim(std::string_view text) const { return styled("2", text); }
  [[nodiscard]] std::string bold(std::string_view text) const { return styled("1", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return styled("31", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return styled("32", text); }

  std::recursive_mutex mutex_;  ///< subagents show their calls from threads of their own
  bool interactive_;
  PlainTextStream streamed_;
  std::FILE* work_;
  bool terminal_ = false;
  bool colour_ = false;
  bool in_text_ = false;
  bool progress_shown_ = false;
  Clock::time_point last_progress_;
};

}  // namespace

void Output::prefill(const chat::PrefillProgress& reading) {
  progress(prefill_line(reading));
}

std::string prefill_line(const chat::PrefillProgress& progress) {
  constexpr int width = 20;
  const int total = std::max(progress.total, 1);
  const int done = std::min(progress.computed + progress.reused, total);
  const int filled = static_cast<int>(static_cast<long>(width) * done / total);
  return fmt::format("reading the prompt [{}{}] {} of {} tokens ({} reused), {:.0f} s left",
                     std::string(static_cast<std::size_t>(filled), '#'),
                     std::string(static_cast<std::size_t>(width - filled), '.'), done, total,
                     progress.reused, progress.eta_ms / 1000);
}

std::unique_ptr<Output> make_terminal_output(bool interactive) {
  return std::make_unique<TerminalOutput>(interactive);
}

}  // namespace hearth::agent
