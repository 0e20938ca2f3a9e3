#include "hearth/agent/terminal/terminal_ui.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "hearth/agent/mentions.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/terminal/choices.h"
#include "hearth/agent/terminal/clipboard_image.h"
#include "hearth/agent/terminal/external_editor.h"
#include "hearth/agent/terminal/frame_view.h"
#include "hearth/agent/terminal/prompt.h"
#include "hearth/agent/terminal/questions.h"
#include "hearth/agent/terminal/session_worker.h"
#include "hearth/agent/terminal/status_line.h"
#include "hearth/agent/terminal/suggestions.h"
#include "hearth/agent/terminal/terminal_settings.h"
#include "hearth/agent/terminal/transcript.h"
#include "hearth/agent/terminal/tty.h"
#include "hearth/agent/terminal/waiting_tasks.h"
#include "hearth/base/environment.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds frame_time{16};
constexpr milliseconds spinner_time{100};
constexpr milliseconds escape_time{40};
constexpr milliseconds twice_time{1500};
constexpr milliseconds typing_time{1000};

class TerminalUi {
 public:
  TerminalUi(const AgentOptions& options, const AgentNeeds& needs, const TerminalSettings& settings)
      : settings_(settings),
        folder_(std::filesystem::weakly_canonical(options.folder)),
        colours_(colour_depth(environment_variable("NO_COLOR"), environment_variable("COLORTERM"),
                              environment_variable("TERM"))),
        theme_(colours_, settings.background.value_or(Background::dark)),
        transcript_([this] { tty_.wake(); }),
        history_(state_dir() / "history.jsonl"),
        suggestions_(folder_, options.sources, [this] { tty_.wake(); }),
        prompt_(history_,
                {.commands = [this] { return suggestions_.commands(); },
                 .files = [this](std::string_view typed) { return suggestions_.files(typed); }},
                settings.vi_keys),
        questions_([this] { tty_.wake(); }),
        choices_({prompt_, transcript_, worker_, questions_}, folder_, [this] { tty_.wake(); }),
        worker_(options, needs, transcript_, questions_.person(), [this] { tty_.wake(); }) {
    resize();
    if (!settings.background && colours_ != ColourDepth::none) tty_.write("\x1b]11;?\x1b\\");
    for (const std::string& problem : settings.problems) transcript_.status(problem);
    if (options.choose_session) choices_.choose_session(content_columns());
  }

  int run() {
    welcome();
    while (!worker_.state().ended) {
      turn(tty_.wait(patience()));
      if (waiting_.begin_next()) busy_since_ = Clock::now();
      follow_session();
      if (Clock::now() >= next_frame_) draw();
    }
    questions_.close();
    draw();
    tty_.write(region_.clear(tty_.size()));
    if (const SessionState state = worker_.state(); state.tasks > 0) {
      tty_.write(fmt::format("hearth --resume {} goes on from here.\n", state.id));
    }
    return worker_.exit_code();
  }

 private:
  void welcome() {
    std::vector<StyledLine> lines =
        wrapped(plain_line("Hearth · " + folder_.string(), {.bold = true}), content_columns());
    std::ranges::move(wrapped(plain_line("Write a task. /help lists commands, @ names a file, ! "
                                         "runs a command, Ctrl-D ends.",
                                         muted_style),
                              content_columns()),
                      std::back_inserter(lines));
    transcript_.show(std::move(lines));
  }

  milliseconds patience() {
    if (keys_.waits()) return escape_time;
    const auto until =
        std::chrono::duration_cast<milliseconds>(next_frame_ - Clock::now()) + milliseconds(1);
    if (dirty_) return std::clamp(until, milliseconds(0), frame_time);
    return worker_.state().busy ? spinner_time : milliseconds(10'000);
  }

  void turn(const Tty::Events& events) {
    if (events.resized) resize();
    if (!events.errors.empty()) transcript_.status(events.errors);
    const bool nothing = events.bytes.empty();
    for (const Key& key : nothing&& keys_.waits() ? keys_.time_out() : keys_.feed(events.bytes)) {
      take(key);
    }
    if (events.ended) leave();
    dirty_ = true;
  }

  void resize() {
    size_ = tty_.size();
    transcript_.set_columns(content_columns());
  }

  /// The last column stays free: a line that fills it may or may not be wrapped.
  [[nodiscard]] int content_columns() const { return std::max(size_.columns - 1, 10); }

  // What keys do.

  void take(const Key& key) {
    if (key.code == KeyCode::background) {
      theme_ = Theme(colours_, background_of(key.text));
      return;
    }
    if (key.code == KeyCode::focus_in || key.code == KeyCode::focus_out) {
      focused_ = key.code == KeyCode::focus_in;
      return;
    }
    if (choices_.open() && !is_typing(key)) return choices_.apply(key);
    if (take_anywhere(key)) return;
    const bool was_empty = prompt_.empty();
    last_typed_ = Clock::now();
    const Prompt::Effect effect = prompt_.apply(key);
    if (effect == Prompt::Effect::submitted) return submit();
    if (effect == Prompt::Effect::handled) return;
    if (key.code == KeyCode::escape) escape(was_empty);
  }

  /// Whoever is in the midst of a line does not see a question that comes in between.
  [[nodiscard]] bool is_typing(const Key& key) const {
    const bool of_a_line = (key.code == KeyCode::text && !key.control && !key.alt) ||
                           key.code == KeyCode::enter || key.code == KeyCode::backspace;
    return choices_.asks() && of_a_line && !prompt_.empty() &&
           Clock::now() - last_typed_ < typing_time;
  }

  bool take_anywhere(const Key& key) {
    if (is_control(key, 'c') && !prompt_.searches()) {
      interrupt_or_leave();
    } else if (is_control(key, 'd') && prompt_.empty()) {
      leave();
    } else if (is_control(key, 'l')) {
      tty_.write("\x1b[2J\x1b[H");
      region_ = LiveRegion();
    } else if (is_control(key, 'o')) {
      transcript_.toggle_details();
    } else if (is_control(key, 'g') && !prompt_.searches()) {
      write_in_editor();
    } else if (is_control(key, 'v') && !prompt_.searches()) {
      paste_image();
    } else if (is_control(key, 'z')) {
      tty_.write(region_.clear(tty_.size()));
      tty_.suspend();
      resize();
    } else if (key.code == KeyCode::tab && key.shift) {
      next_mode();
    } else if (key.code == KeyCode::up && prompt_.empty()) {
      auto waits = waiting_.take_last();
      if (!waits) return false;
      prompt_.set_text(std::move(*waits));
    } else {
      return false;
    }
    return true;
  }

  void escape(bool was_empty) {
    if (question_ && !question_->permission) {
      questions_.answer(std::nullopt);
      return;
    }
    if (worker_.state().busy) {
      worker_.interrupt();
      return;
    }
    const bool twice = Clock::now() - last_escape_ < twice_time;
    last_escape_ = twice ? Clock::time_point() : Clock::now();
    if (!twice) return;
    if (was_empty) {
      choices_.choose_place();
    } else {
      prompt_.set_text("");
    }
  }

  void interrupt_or_leave() {
    if (!prompt_.empty()) {
      prompt_.set_text("");
    } else if (worker_.state().busy) {
      // First, or the agent goes on with the refusal in between.
      worker_.interrupt();
      if (question_) questions_.answer(std::nullopt);
    } else if (Clock::now() - last_interrupt_ < twice_time) {
      leave();
    } else {
      last_interrupt_ = Clock::now();
      transcript_.show({plain_line("Ctrl-C once more ends Hearth.", muted_style)});
    }
  }

  void leave() {
    waiting_.clear();
    worker_.drop_queue();
    worker_.end();
    worker_.interrupt();
    questions_.close();
  }

  void next_mode() {
    switch (worker_.state().mode) {
      case PermissionMode::normal: return worker_.set_mode(PermissionMode::accept_edits);
      case PermissionMode::accept_edits: return worker_.set_mode(PermissionMode::plan);
      case PermissionMode::plan:
      case PermissionMode::bypass: return worker_.set_mode(PermissionMode::normal);
    }
  }

  void paste_image() {
    const auto image = clipboard_image(cache_dir() / "pasted");
    if (image) {
      prompt_.insert(mention_of_pasted_path(image->string()));
    } else {
      transcript_.status(image.error().message);
    }
  }

  void write_in_editor() {
    tty_.write(region_.clear(tty_.size()));
    tty_.give_back();
    auto text = edited_by_program(prompt_.text());
    tty_.take();
    resize();
    if (text) {
      prompt_.set_text(std::move(*text));
    } else {
      transcript_.status(text.error().message);
    }
  }

  // What is submitted.

  void submit() {
    std::string text = prompt_.take();
    if (question_ && !question_->permission) {
      questions_.answer(std::move(text));
      return;
    }
    if (trimmed(text).empty()) return;
    if (take_own_command(std::string(trimmed(text)))) return;
    waiting_.add(std::move(text));
  }

  /// Commands that are about the terminal, or have something to choose in it.
  bool take_own_command(const std::string& text) {
    if (text == "/vim") {
      prompt_.set_vi(!prompt_.is_vi());
      transcript_.status(prompt_.is_vi() ? "vi's keys are on." : "vi's keys are off.");
    } else if (text == "/rewind") {
      choices_.choose_place();
    } else if (text == "/resume") {
      choices_.choose_session(content_columns());
    } else if (text == "/clear" || text == "/new") {
      worker_.switch_to("");
      transcript_.status("A new session begins.");
    } else {
      return false;
    }
    return true;
  }

  /// What the session's threads want of the person.
  void follow_session() {
    choices_.follow();
    auto question = questions_.open();
    const bool another = question && (!question_ || question_->number != question->number);
    if (question_ && question_->permission && !question) choices_.close_question();
    question_ = std::move(question);
    if (another) {
      notify("Hearth has a question");
      if (question_->permission) choices_.ask_permission(*question_, content_columns());
    }
    const bool busy = worker_.state().busy;
    constexpr milliseconds worth_telling{10'000};
    if (was_busy_ && !busy && Clock::now() - busy_since_ > worth_telling) notify("Hearth is done");
    was_busy_ = busy;
  }

  void notify(std::string_view text) {
    if (!focused_) tty_.write(notification(settings_.notifications, text));
  }

  // What is drawn.

  void draw() {
    if (suggestions_.take_change()) prompt_.refresh_suggestions();
    std::vector<std::string> staying;
    for (const StyledLine& line : transcript_.take_staying())
      staying.push_back(theme_.painted(line));
    const ScreenSize size = tty_.size();
    if (size != size_) resize();
    tty_.write(region_.draw(staying, frame(), size_));
    next_frame_ = Clock::now() + frame_time;
    dirty_ = false;
  }

  Frame frame() {
    const int columns = content_columns();
    const int rows = std::max(size_.rows - 1, 3);
    FrameParts parts;
    parts.moving = [this](std::size_t most) { return transcript_.moving(most); };
    parts.notes = notes(columns);
    if (choices_.open()) {
      parts.edited.lines = choices_.lines(columns, std::max(rows - 4, 3));
    } else {
      parts.edited = prompt_.lines(columns, std::max(rows / 2, 1), question_ ? "? " : "> ");
      constexpr int most_suggestions = 8;
      parts.below = prompt_.suggestion_lines(
          columns, static_cast<std::size_t>(std::clamp(rows / 3, 1, most_suggestions)));
    }
    if (parts.below.empty()) {
      parts.below = {
          status_line(worker_.state(), transcript_.facts(), prompt_.key_mode(), columns)};
    }
    return framed(parts, theme_, size_);
  }

  /// What goes on, what waits, and what is asked in words.
  std::vector<StyledLine> notes(int columns) {
    std::vector<StyledLine> lines;
    if (!choices_.open()) lines = activity_lines(transcript_.activity(), Clock::now(), columns);
    std::ranges::move(waiting_.lines(), std::back_inserter(lines));
    if (question_ && !question_->permission) {
      for (const std::string_view line : lines_of(question_->words)) {
        std::ranges::move(wrapped(plain_line(line, {.bold = true}), columns),
                          std::back_inserter(lines));
      }
    }
    return lines;
  }

  TerminalSettings settings_;
  std::filesystem::path folder_;
  ColourDepth colours_;
  Theme theme_;
  Tty tty_;
  ScreenSize size_;
  LiveRegion region_;
  KeyDecoder keys_;
  Transcript transcript_;
  InputHistory history_;
  Suggestions suggestions_;
  Prompt prompt_;
  Questions questions_;
  std::optional<OpenQuestion> question_;
  Choices choices_;
  WaitingTasks waiting_{worker_, transcript_};
  bool focused_ = false;  ///< known to be; terminals that do not tell are told
  bool was_busy_ = false;
  bool dirty_ = true;
  Clock::time_point next_frame_;
  Clock::time_point busy_since_;
  Clock::time_point last_escape_;
  Clock::time_point last_typed_;
  Clock::time_point last_interrupt_;
  SessionWorker worker_;  ///< last: its threads use all the others
};

}  // namespace

int run_terminal(const AgentOptions& options, const AgentNeeds& needs) {
  {
    // Getting a model may have questions of its own, and a server takes its time.
    const auto plain = make_terminal_output(true);
    const auto server = server_for(options, needs, *plain, true);
    if (!server) {
      plain->finished(outcome_of(server.error()));
      return 1;
    }
  }
  return TerminalUi(options, needs, load_terminal_settings()).run();
}

}  // namespace hearth::agent
