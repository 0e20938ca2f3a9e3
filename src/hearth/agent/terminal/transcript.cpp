#include "hearth/agent/terminal/transcript.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "hearth/agent/terminal/diff_view.h"

namespace hearth::agent {
namespace {

constexpr std::size_t most_result_lines = 6;
/// A name that a model may have made up, for a line.
std::string shown_name(std::string_view name) {
  const std::string plain = without_escapes(name);
  const auto lines = lines_of(plain);
  return lines.empty() ? std::string() : std::string(lines.front());
}

}  // namespace

void Transcript::set_columns(int columns) {
  const std::lock_guard lock(mutex_);
  columns_ = columns;
}

void Transcript::add(StyledLine line) {
  staying_.push_back(std::move(line));
}

void Transcript::add_text(std::string_view text, TextStyle style, int indent) {
  const std::string plain = without_escapes(text);
  for (const std::string_view line : lines_of(plain)) {
    StyledLine indented{{std::string(static_cast<std::size_t>(indent), ' '), {}},
                        {std::string(line), style}};
    std::ranges::move(wrapped(indented, columns_, indent), std::back_inserter(staying_));
  }
}

void Transcript::add_answer(const std::string& markdown) {
  if (trimmed(markdown).empty()) return;
  auto lines = markdown_lines(markdown, columns_ - 2);
  add({});
  bool first = true;
  for (StyledLine& line : lines) {
    const bool marked = first && !answering_;
    line.insert(line.begin(), {marked ? "• " : "  ", {.role = Role::accent}});
    first = false;
    add(std::move(line));
  }
  answering_ = true;
}

void Transcript::add_shortened(std::vector<StyledLine> lines) {
  if (details_ || lines.size() <= most_result_lines + 1) {
    std::ranges::move(lines, std::back_inserter(staying_));
    return;
  }
  const auto shown = lines.begin() + most_result_lines;
  std::copy(lines.begin(), shown, std::back_inserter(staying_));
  add(plain_line(
      fmt::format("    … {} more lines (Ctrl-O shows them)", lines.size() - most_result_lines),
      muted_style));
  hidden_ = std::move(lines);
}

void Transcript::begin(std::string_view label) {
  if (activity_.label != label) activity_ = {std::string(label), Clock::now(), {}};
  activity_.reading.reset();
}

void Transcript::settle() {
  if (!thoughts_.empty()) {
    const double seconds = ms_since(thinking_since_) / 1000;
    add({});
    add(plain_line(
        fmt::format("✻ Thought for {:.0f} s{}", seconds, details_ ? "" : " (Ctrl-O shows it)"),
        {.role = Role::muted, .italic = true}));
    std::vector<StyledLine> lines;
    const std::string plain = without_escapes(std::exchange(thoughts_, {}));
    for (const std::string_view line : lines_of(plain)) {
      std::ranges::move(wrapped({{"  ", {}}, {std::string(line), muted_style}}, columns_, 2),
                        std::back_inserter(lines));
    }
    if (details_) std::ranges::copy(lines, std::back_inserter(staying_));
    hidden_ = std::move(lines);
  }
  plain_.begin();
  add_answer(answer_.take_rest());
}

void Transcript::session(const SessionInfo& info) {
  {
    const std::lock_guard lock(mutex_);
    facts_.model = info.model;
    facts_.style = info.style;
    add_text(fmt::format("{} · {} · {} · session {}", info.model, info.style, info.folder, info.id),
             muted_style, 0);
  }
  changed();
}

void Transcript::route(std::string_view route) {
  const std::lock_guard lock(mutex_);
  facts_.route = without_escapes(route);
}

void Transcript::status(std::string_view line) {
  {
    const std::lock_guard lock(mutex_);
    settle();
    if (line.empty()) {
      add({});
    } else {
      add_text(line, {}, 0);
    }
  }
  changed();
}

void Transcript::progress(std::string_view line) {
  {
    const std::lock_guard lock(mutex_);
    begin(shown_name(line));
  }
  changed();
}

void Transcript::prefill(const chat::PrefillProgress& progress) {
  {
    const std::lock_guard lock(mutex_);
    begin("reading");
    activity_.reading = progress;
  }
  changed();
}

void Transcript::text(std::string_view delta) {
  {
    const std::lock_guard lock(mutex_);
    if (!thoughts_.empty()) settle();
    begin("writing");
    if (!first_piece_) first_piece_ = Clock::now();
    answer_.add(plain_.add(delta));
    add_answer(answer_.take_whole_blocks());
  }
  changed();
}

void Transcript::thinking(std::string_view delta) {
  {
    const std::lock_guard lock(mutex_);
    begin("thinking");
    if (!first_piece_) first_piece_ = Clock::now();
    if (thoughts_.empty()) thinking_since_ = Clock::now();
    thoughts_ += delta;
  }
  changed();
}

void Transcript::message(const chat::Message&, const chat::Usage& usage) {
  {
    const std::lock_guard lock(mutex_);
    settle();
    answering_ = false;
    facts_.last = usage;
    if (const auto first = std::exchange(first_piece_, std::nullopt)) {
      const double seconds = ms_since(*first) / 1000;
      constexpr int least = 8;  // fewer tell nothing
      if (seconds > 0 && usage.output_tokens >= least) {
        facts_.tokens_per_second = usage.output_tokens / seconds;
      }
    }
    begin("working");
  }
  changed();
}

void Transcript::tool_call(const ShownCall& call) {
  {
    const std::lock_guard lock(mutex_);
    settle();
    const std::string subject = without_escapes(call.subject);
    const auto lines = lines_of(subject);
    add({});
    StyledLine line{{"● ", {.role = Role::accent}}, {shown_name(call.name) + " ", {.bold = true}}};
    if (!lines.empty()) line.push_back({std::string(lines.front()), {}});
    if (lines.size() > 1) line.push_back({" …", muted_style});
    std::ranges::move(wrapped(line, columns_, 2), std::back_inserter(staying_));
    begin(shown_name(call.name));
  }
  changed();
}

void Transcript::tool_result(const chat::ToolResultBlock&, const ToolResult& result) {
  {
    const std::lock_guard lock(mutex_);
    settle();
    std::vector<StyledLine> lines;
    const std::string plain = without_escapes(result.text);
    const TextStyle style = result.is_error ? TextStyle{.role = Role::error} : muted_style;
    for (const std::string_view text : lines_of(plain)) {
      const StyledLine line{{lines.empty() ? "  ⎿ " : "    ", muted_style},
                            {std::string(text), style}};
      std::ranges::move(wrapped(line, columns_, 4), std::back_inserter(lines));
    }
    add_shortened(std::move(lines));
    if (!result.diff.empty()) {
      std::ranges::move(diff_lines(without_escapes(result.diff), columns_),
                        std::back_inserter(staying_));
    }
    begin("working");
  }
  changed();
}

void Transcript::diff(std::string_view unified) {
  {
    const std::lock_guard lock(mutex_);
    settle();
    std::ranges::move(diff_lines(without_escapes(unified), columns_), std::back_inserter(staying_));
  }
  changed();
}

void Transcript::finished(const Outcome& outcome) {
  {
    const std::lock_guard lock(mutex_);
    settle();
    answering_ = false;
    activity_ = {};
    if (!outcome.good() || outcome.solved || !outcome.was_said) {
      add({});
      add_text(outcome.text, outcome.good() ? TextStyle() : TextStyle{.role = Role::warning}, 0);
    }
    add({});
    add_text(fmt::format("{} request{}, {} tokens read ({} reused), {} written, {:.1f} s",
                         outcome.turns, outcome.turns == 1 ? "" : "s", outcome.usage.prompt_tokens,
                         outcome.usage.reused_tokens, outcome.usage.output_tokens,
                         outcome.duration_ms / 1000),
             muted_style, 0);
  }
  changed();
}

void Transcript::rest() {
  {
    const std::lock_guard lock(mutex_);
    settle();
    activity_ = {};
  }
  changed();
}

void Transcript::show_typed(std::string_view text) {
  {
    const std::lock_guard lock(mutex_);
    settle();
    add({});
    const TextStyle style{.role = Role::user, .bold = true};
    const std::string plain = without_escapes(text);
    bool first = true;
    for (const std::string_view line : lines_of(plain)) {
      const StyledLine marked{{first ? "> " : "  ", style}, {std::string(line), style}};
      std::ranges::move(wrapped(marked, columns_, 2), std::back_inserter(staying_));
      first = false;
    }
  }
  changed();
}

void Transcript::show(std::vector<StyledLine> lines) {
  {
    const std::lock_guard lock(mutex_);
    settle();
    std::ranges::move(lines, std::back_inserter(staying_));
  }
  changed();
}

bool Transcript::toggle_details() {
  bool details = false;
  {
    const std::lock_guard lock(mutex_);
    details = details_ = !details_;
    if (details && !hidden_.empty()) {
      add({});
      std::ranges::move(std::exchange(hidden_, {}), std::back_inserter(staying_));
    }
  }
  changed();
  return details;
}

std::vector<StyledLine> Transcript::take_staying() {
  const std::lock_guard lock(mutex_);
  return std::exchange(staying_, {});
}

std::vector<StyledLine> Transcript::moving(std::size_t most) {
  const std::lock_guard lock(mutex_);
  std::vector<StyledLine> lines;
  if (!thoughts_.empty()) {
    // The end of it is enough to see that it goes on.
    constexpr std::size_t most_bytes = 2000;
    constexpr std::size_t most_lines = 3;
    std::size_t begin = thoughts_.size() > most_bytes ? thoughts_.size() - most_bytes : 0;
    while (begin < thoughts_.size() &&
           (static_cast<unsigned char>(thoughts_[begin]) & 0xC0U) == 0x80U) {
      ++begin;
    }
    const std::string plain = without_escapes(std::string_view(thoughts_).substr(begin));
    for (const std::string_view line : lines_of(plain)) {
      std::ranges::move(wrapped({{"  ", {}}, {std::string(line), muted_style}}, columns_, 2),
                        std::back_inserter(lines));
    }
    if (lines.size() > most_lines) {
      lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most_lines));
    }
  }
  if (!trimmed(answer_.rest()).empty()) {
    lines.emplace_back();
    for (StyledLine& line : markdown_lines(answer_.rest(), columns_ - 2)) {
      line.insert(line.begin(), {"  ", {}});
      lines.push_back(std::move(line));
    }
  }
  if (lines.size() > most) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most));
  }
  return lines;
}

Activity Transcript::activity() {
  const std::lock_guard lock(mutex_);
  return activity_;
}

StatusFacts Transcript::facts() {
  const std::lock_guard lock(mutex_);
  return facts_;
}

}  // namespace hearth::agent
