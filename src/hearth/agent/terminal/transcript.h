#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hearth/agent/output.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/terminal/markdown_view.h"
#include "hearth/agent/terminal/styled_text.h"
#include "hearth/base/clock.h"

namespace hearth::agent {

/// What a session does at the moment.
struct Activity {
  std::string label;  ///< empty: nothing
  Clock::time_point since;
  std::optional<chat::PrefillProgress> reading;
};

/// What is known for the status line.
struct StatusFacts {
  std::string model;
  std::string style;
  std::string route;             ///< "provider,model" that answered last; empty: not known
  chat::Usage last;              ///< of the last request
  double tokens_per_second = 0;  ///< written, of the last answer; 0: not known
};

/// A session as lines for a terminal: those that stay, and what is still in motion. Sessions and
/// their subagents write from their threads, the terminal reads from its own.
class Transcript final : public Output {
 public:
  /// `changed` is called from any thread when there is something new to draw.
  explicit Transcript(std::function<void()> changed) : changed_(std::move(changed)) {}

  void session(const SessionInfo& info) override;
  void status(std::string_view line) override;
  void progress(std::string_view line) override;
  void route(std::string_view route) override;
  void prefill(const chat::PrefillProgress& progress) override;
  void text(std::string_view delta) override;
  void thinking(std::string_view delta) override;
  void message(const chat::Message& message, const chat::Usage& usage) override;
  void tool_call(const ShownCall& call) override;
  void tool_result(const chat::ToolResultBlock& block, const ToolResult& result) override;
  void diff(std::string_view unified) override;
  void finished(const Outcome& outcome) override;

  /// Nothing goes on any more.
  void rest();
  /// What the person submitted.
  void show_typed(std::string_view text);
  /// Lines of somebody else.
  void show(std::vector<StyledLine> lines);
  void set_columns(int columns);
  /// Whether long results and thoughts are shown whole from now on; if so, what was last hidden is
  /// shown now.
  bool toggle_details();

  /// Lines that stay, since the last call.
  std::vector<StyledLine> take_staying();
  /// The last of the lines that still change, at most `most`.
  std::vector<StyledLine> moving(std::size_t most);
  Activity activity();
  StatusFacts facts();

 private:
  void changed() {
    if (changed_) changed_();
  }
  void begin(std::string_view label);
  /// Ends what was streaming: it stays.
  void settle();
  void add(StyledLine line);
  void add_text(std::string_view text, TextStyle style, int indent);
  void add_answer(const std::string& markdown);
  /// `lines`, or their beginning and how many more there are.
  void add_shortened(std::vector<StyledLine> lines);

  std::function<void()> changed_;
  std::mutex mutex_;
  int columns_ = 79;
  bool details_ = false;
  std::vector<StyledLine> staying_;
  std::vector<StyledLine> hidden_;  ///< all of what was last shortened
  PlainTextStream plain_;
  MarkdownStream answer_;
  bool answering_ = false;  ///< a part of it stays already
  std::string thoughts_;
  Clock::time_point thinking_since_;
  Activity activity_;
  StatusFacts facts_;
  std::optional<Clock::time_point> first_piece_;
};

}  // namespace hearth::agent
