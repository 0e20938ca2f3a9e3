#include "hearth/agent/repair_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "hearth/agent/add_usage.h"
#include "hearth/agent/answer.h"
#include "hearth/agent/code_block.h"
#include "hearth/agent/outcome.h"
#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

constexpr std::size_t max_failures_shown = 10;
/// Prose before any code: the model explains instead of answering.
constexpr std::size_t max_preamble = 300;
constexpr std::size_t max_whole_file = 6000;
constexpr std::size_t parallel_checks = 2;

}  // namespace

RepairSearch::RepairSearch(Setting setting, RepairView view, Candidate start)
    : setting_(std::move(setting)),
      view_(std::move(view)),
      original_(std::move(start)),
      base_(original_) {
  original_.content = view_.code;
  known_.insert(sameness_key(original_.content, view_.language));
  result_.best = original_;
  start_from(original_);
}

void RepairSearch::start_from(const Candidate& candidate) {
  base_ = candidate;
  view_.code = candidate.content;
  view_.failures = failures_in(candidate.output, setting_.tests, max_failures_shown);
  focus();
}

bool RepairSearch::may_focus() const {
  return view_.code.size() > max_whole_file && progress_.asked < setting_.limits.attempts / 2;
}

void RepairSearch::focus() {
  focus_ = may_focus() ? focus_of(view_.code, view_.language, view_.failures) : std::nullopt;
  view_.excerpt = focus_ ? focus_->excerpt : "";
}

bool RepairSearch::out_of_budget() const {
  return result_.error || result_.interrupted || result_.best.report.passed ||
         progress_.asked >= setting_.limits.attempts ||
         (setting_.limits.tokens > 0 && computed_tokens(result_.usage) >= setting_.limits.tokens) ||
         Clock::now() - started_ > setting_.limits.time;
}

std::string RepairSearch::whole(const std::string& code) const {
  if (setting_.tests_in_file.empty()) return code;
  return code + (code.ends_with('\n') ? "" : "\n") + setting_.tests_in_file;
}

std::vector<RepairSearch::Question> RepairSearch::functions_and_file(int pass) const {
  const double warm = pass == 0 ? 0.0 : setting_.limits.temperature;
  const auto functions = focus_ ? focus_->functions : functions_of(view_.code, view_.language);
  std::vector<Question> questions;
  const bool small = view_.code.size() <= max_whole_file;
  if (small) questions.push_back({RepairUnit{}, warm});
  // One function is the file: then asking for both would be asking twice.
  if (functions.size() > 1 || !small) {
    for (const RepairUnit& function : functions) questions.push_back({function, warm});
  }
  if (small || focus_) {
    const RepairUnit likeliest = small ? RepairUnit{} : functions.front();
    while (questions.size() < static_cast<std::size_t>(setting_.limits.parallel)) {
      questions.push_back({likeliest, setting_.limits.temperature});
    }
  }
  return questions;
}

std::vector<RepairSearch::Question> RepairSearch::lines(int pass) const {
  // Without chance a small model mostly repeats the line.
  constexpr double first = 0.5;
  const double temperature = pass == 0 ? first : setting_.limits.temperature;
  std::vector<Question> questions;
  for (const RepairUnit& line : lines_worth_asking(view_.code, view_.language)) {
    if (!focus_ || focus_->holds(line.begin)) questions.push_back({line, temperature});
  }
  return questions;
}

std::string RepairSearch::describe(const RepairUnit& unit) const {
  const auto lines = lines_of(view_.code);
  switch (unit.kind) {
    case RepairUnit::Kind::file: return "the whole file";
    case RepairUnit::Kind::function: return fmt::format("function, line {}", unit.begin + 1);
    case RepairUnit::Kind::line: return fmt::format("line {}", unit.begin + 1);
  }
  return {};
}

void RepairSearch::count_usage(const chat::Usage& usage) {
  add_usage(result_.usage, usage);
}

std::vector<RepairSearch::Tried> RepairSearch::ask(const std::vector<Question>& questions,
                                                   const std::stop_token& stop,
                                                   const OnProgress& on_progress,
                                                   const OnTried& on_tried) {
  struct Writing {
    RepairUnit unit;
    Answer answer;
    std::optional<chat::Usage> usage;
  };
  struct Waiting {
    std::string code;
    RepairUnit unit;
  };
  std::vector<Tried> tried;
  std::map<std::size_t, Writing> writing;
  std::map<std::size_t, Waiting> waiting;
  TrialQueue trials(setting_.folder, setting_.check, parallel_checks);
  Streams streams(setting_.server.url, setting_.server.key);
  std::size_t next = 0;
  bool passed = false;

  const auto judge = [&](std::size_t id, bool ended) {
    Writing& work = writing.at(id);
    const std::string& text = work.answer.text();
    auto block = find_code_block(text, false);
    if (block && cut_at_following_code(view_.code, work.unit, block->code)) block->closed = true;
    const bool rambles =
        !block && text.size() > max_preamble && work.unit.kind == RepairUnit::Kind::line;
    if (!ended && !(block && block->closed) && !rambles) return;
    if (!ended) streams.cancel(id);
    count_usage(work.answer.usage());
    const auto code = block ? with_unit_replaced(view_.code, view_.language, work.unit, block->code)
                            : std::nullopt;
    if (!code || !known_.insert(sameness_key(*code, view_.language)).second) {
      ++progress_.rejected;
    } else {
      trials.submit(id, write_files({{view_.file, whole(*code)}}));
      waiting.emplace(id, Waiting{*code, work.unit});
    }
    writing.erase(id);
  };

  while (!passed) {
    while (next < questions.size() && !out_of_budget() &&
           writing.size() < static_cast<std::size_t>(setting_.limits.parallel)) {
      const Question& question = questions[next++];
      chat::Request request = repair_request(view_, question.unit, question.temperature);
      request.model = setting_.model;
      if (question.temperature > 0) {
        request.sampling.seed =
            setting_.limits.seed + static_cast<std::uint32_t>(progress_.asked) + 1;
      }
      ++progress_.asked;
      writing.emplace(streams.start(request), Writing{question.unit, {}, {}});
    }
    if (writing.empty() && trials.pending() == 0) break;
    streams.poll(std::chrono::milliseconds(50), [&](std::size_t id, const chat::Event& event) {
      if (const auto* failed = std::get_if<chat::Failed>(&event)) {
        result_.error = failed->error;
        count_usage(writing.at(id).answer.usage());
        writing.erase(id);
        return;
      }
      if (const auto* prefill = std::get_if<chat::PrefillProgress>(&event)) {
        progress_.prefill = *prefill;
        return;
      }
      Writing& work = writing.at(id);
      work.answer.add(event);
      if (work.answer.has_output()) progress_.prefill.reset();
      judge(id, std::holds_alternative<chat::Finished>(event));
    });
    for (TrialQueue::Done& done : trials.take_done()) {
      Waiting& work = waiting.at(done.id);
      ++progress_.tried;
      if (!done.result) {
        result_.error = done.result.error();
        continue;
      }
      Candidate candidate{std::move(work.code), done.result->output,
                          read_report(done.result->output, done.result->passed())};
      if (done.result->end == CommandResult::End::timed_out) candidate.report.built = false;
      on_tried(candidate, describe(work.unit));
      if (candidate.report > result_.best.report) result_.best = candidate;
      passed = passed || candidate.report.passed;
      tried.push_back({std::move(candidate), describe(work.unit)});
    }
    if (stop.stop_requested()) result_.interrupted = true;
    if (Clock::now() - started_ > setting_.limits.time) break;
    if (result_.interrupted || (result_.error && writing.empty())) break;
    progress_.writing = static_cast<int>(writing.size());
    progress_.checking = static_cast<int>(trials.pending());
    progress_.best = in_words(result_.best.report);
    progress_.characters = 0;
    for (const auto& [id, work] : writing) progress_.characters += work.answer.text().size();
    on_progress(progress_);
  }
  for (const auto& [id, work] : writing) count_usage(work.answer.usage());
  return tried;
}

std::optional<Candidate> RepairSearch::try_now(const std::string& code,
                                               const std::stop_token& stop) {
  if (!known_.insert(sameness_key(code, view_.language)).second) return std::nullopt;
  const auto result =
      run_trial(setting_.folder, write_files({{view_.file, whole(code)}}), setting_.check, stop);
  if (!result) return std::nullopt;
  ++progress_.tried;
  return Candidate{code, result->output, read_report(result->output, result->passed())};
}

std::vector<RepairSearch::Tried> RepairSearch::combine(const std::vector<Tried>& better,
                                                       const std::stop_token& stop,
                                                       const OnTried& on_tried) {
  constexpr std::size_t max_combined = 6;
  std::vector<Tried> combined;
  Tried sum = better.front();
  for (std::size_t i = 1; i < std::min(better.size(), max_combined) && !stop.stop_requested();
       ++i) {
    const auto code = merged(base_.content, sum.candidate.content, better[i].candidate.content);
    if (!code) continue;
    auto candidate = try_now(*code, stop);
    if (!candidate) continue;
    on_tried(*candidate, "both changes together");
    if (!(candidate->report > sum.candidate.report)) continue;
    sum = {std::move(*candidate), "both changes together"};
    combined.push_back(sum);
    if (sum.candidate.report > result_.best.report) result_.best = sum.candidate;
    if (sum.candidate.report.passed) break;
  }
  return combined;
}

RepairSearch::Result RepairSearch::run(const std::stop_token& stop, const OnProgress& on_progress,
                                       const OnTried& on_tried) {
  constexpr int passes_before_going_back = 2;
  int pass = 0;           // over the present base
  int original_pass = 0;  // over the file as it was
  bool ask_lines = false;
  while (!out_of_budget()) {
    if (focus_ && !may_focus()) {
      focus();
      pass = 0;
      ask_lines = false;
    }
    const auto questions = ask_lines ? lines(pass) : functions_and_file(pass);
    auto tried = ask(questions, stop, on_progress, on_tried);
    if (out_of_budget()) break;
    std::erase_if(tried, [&](const Tried& one) { return !(one.candidate.report > base_.report); });
    std::ranges::stable_sort(tried, [](const Tried& a, const Tried& b) {
      return a.candidate.report > b.candidate.report;
    });
    if (!tried.empty()) {
      for (Tried& one : combine(tried, stop, on_tried)) tried.insert(tried.begin(), std::move(one));
      if (out_of_budget()) break;
      start_from(tried.front().candidate);
      pass = 0;
      ask_lines = false;
      continue;
    }
    if (!ask_lines) {
      ask_lines = true;
      continue;
    }
    ask_lines = false;
    ++pass;
    if (pass >= passes_before_going_back && base_.content != original_.content) {
      // What looked like a step led nowhere.
      start_from(original_);
      pass = ++original_pass;
    }
  }
  result_.asked = progress_.asked;
  result_.tried = progress_.tried;
  return std::move(result_);
}

}  // namespace hearth::agent
