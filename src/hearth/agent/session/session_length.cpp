// How a session stays within its model's window.
#include <fmt/format.h>

#include <iterator>

#include "hearth/agent/folder.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/session.h"

namespace hearth::agent {
namespace {

constexpr std::size_t bytes_per_token = 4;
constexpr std::size_t most_files_told = 5;
constexpr std::size_t most_of_task = 8000;
/// The last turn or two stay word for word. They are read once more, behind the summary.
constexpr int kept_share = 16;

}  // namespace

void Session::compact_if_full(const std::stop_token& stop) {
  const double full = settings_.compact_at * window_;
  if (full <= 0 || last_prompt_tokens_ < full) return;
  // Where the last attempt did not help, the next one waits until there is more to leave out.
  if (last_prompt_tokens_ < length_at_compaction_ + window_ / kept_share) return;
  output_.status("The conversation nearly fills the model's window; making it shorter.");
  if (const auto compacted = make_shorter({}, stop); !compacted) {
    output_.status(compacted.error().message);
    length_at_compaction_ = last_prompt_tokens_;
  }
}

Result<Compacted> Session::make_shorter(const std::string& wish, const std::stop_token& stop) {
  const int before = last_prompt_tokens_;
  constexpr int usual_window = 32768;
  const int keep = (window_ > 0 ? window_ : usual_window) / kept_share;
  hooks_.run("PreCompact", "", {{"custom_instructions", wish}}, stop);
  auto compacted = compact(server_, request(), keep, wish, stop);
  if (!compacted) return compacted;
  usage_.prompt_tokens += compacted->usage.prompt_tokens;
  usage_.reused_tokens += compacted->usage.reused_tokens;
  usage_.output_tokens += compacted->usage.output_tokens;
  // What the session began with was in the part that is gone.
  if (!options_.measured) tell_what_holds();
  told_surroundings_.clear();
  tell_surroundings();
  if (!present_task_.empty()) {
    conversation_.add_note("The task in work, word for word:\n" +
                           trimmed_in_the_middle(present_task_, most_of_task));
  }
  tell_files_in_work(compacted->files, static_cast<std::size_t>(keep) * bytes_per_token, stop);
  auto notes = conversation_.take_notes();
  auto& first = compacted->messages.front().content;
  first.insert(first.begin() + 1, std::make_move_iterator(notes.begin()),
               std::make_move_iterator(notes.end()));
  // The tasks in what stays can still be gone back to.
  std::erase_if(task_starts_,
                [&](const TaskStart& start) { return start.messages <= compacted->shift; });
  for (TaskStart& start : task_starts_) {
    start.messages -= compacted->shift;
    for (StepState& step : start.steps) step.messages -= compacted->shift;
  }
  kept_at_ = 0;
  conversation_.replace(compacted->messages, "compaction", task_starts_);
  const int after = estimated_tokens(conversation_.messages());
  last_prompt_tokens_ = length_at_compaction_ = after;
  output_.status(
      fmt::format("The conversation was {} tokens long and is about {} now.", before, after));
  return compacted;
}

void Session::tell_files_in_work(const std::vector<std::string>& files, std::size_t room,
                                 const std::stop_token& stop) {
  std::size_t told = 0;
  for (const std::string& name : files) {
    if (told == most_files_told) return;
    const auto path = folder_.resolve(name);
    std::error_code ec;
    if (!path || !std::filesystem::is_regular_file(*path, ec)) continue;
    const std::uintmax_t size = std::filesystem::file_size(*path, ec);
    if (ec || size > room) continue;
    if (!add_file_note(name, stop)) continue;
    room -= size;
    ++told;
  }
}

}  // namespace hearth::agent
