#include "hearth/agent/step_attempts.h"

#include <map>
#include <set>
#include <utility>

#include "hearth/agent/add_usage.h"
#include "hearth/agent/answer.h"

namespace hearth::agent {
namespace {

constexpr std::size_t checks_at_once = 2;

std::vector<const chat::ToolUseBlock*> calls_of(const chat::Message& message) {
  std::vector<const chat::ToolUseBlock*> calls;
  for (const chat::Block& block : message.content) {
    if (const auto* call = std::get_if<chat::ToolUseBlock>(&block)) calls.push_back(call);
  }
  return calls;
}

/// Equal for steps that do the same.
std::string sameness_of(const chat::Message& message) {
  std::string key;
  for (const chat::ToolUseBlock* call : calls_of(message)) {
    key += call->name + '\n' + call->arguments + '\n';
  }
  return key;
}

/// A step in work.
struct SampledStep {
  Answer answer;
  chat::Message message;
};

}  // namespace

bool StepAttempts::can_try(const chat::Message& message) const {
  const auto calls = calls_of(message);
  for (const chat::ToolUseBlock* call : calls) {
    const Tool* tool = setting_.tools.find(call->name);
    if (tool == nullptr || tool->access() != Access::edit) return false;
  }
  return !calls.empty();
}

MakeChange StepAttempts::change_by(const chat::Message& message) const {
  std::vector<chat::ToolUseBlock> calls;
  for (const chat::ToolUseBlock* call : calls_of(message)) calls.push_back(*call);
  return [this, calls = std::move(calls)](const std::filesystem::path& copy) -> Result<void> {
    const auto folder = Folder::open(copy);
    if (!folder) return std::unexpected(folder.error());
    const auto tools = setting_.tools.for_copy(setting_.folder, *folder);
    for (const chat::ToolUseBlock& call : calls) {
      Toolbox::Call prepared = tools->prepare(call, false);
      const ToolResult result =
          prepared.tool == nullptr ? prepared.error : prepared.tool->run(prepared.arguments, {});
      if (result.is_error) return fail(ErrorKind::invalid_request, result.text);
    }
    return {};
  };
}

StepAttempts::Choice StepAttempts::choose(const chat::Request& request, const chat::Message& first,
                                          const std::stop_token& stop,
                                          const OnProgress& on_progress) const {
  Choice choice{.message = first, .report = {}, .number = 1, .sampled = 1, .usage = {}};
  const auto attempts = static_cast<std::size_t>(setting_.attempts);
  Streams streams(setting_.server.url, setting_.server.key);
  std::map<std::size_t, std::size_t> numbers;  // of a request, the step's
  std::map<std::size_t, SampledStep> steps;
  std::set<std::string> known{sameness_of(first)};
  std::set<std::size_t> writing;
  std::size_t tried = 0;
  // Last: its threads use what stands above.
  TrialQueue trials(setting_.folder.root(), setting_.check, checks_at_once);
  trials.submit(1, change_by(first));
  steps[1].message = first;

  const auto count = [&](const Answer& answer) { add_usage(choice.usage, answer.usage()); };
  const auto written = [&](std::size_t number) {
    SampledStep& step = steps.at(number);
    count(step.answer);
    writing.erase(number);
    step.message = step.answer.message();
    if (setting_.mending == Mending::on) take_call_from_text(step.message, request.tools);
    for (const chat::ToolUseBlock* call : calls_of(step.message)) {
      if (step.answer.malformed_call(call->id)) return;
    }
    if (!can_try(step.message) || !known.insert(sameness_of(step.message)).second) return;
    trials.submit(number, change_by(step.message));
  };
  const auto passed = [&] { return choice.report && choice.report->passed; };

  while (!passed() && !stop.stop_requested()) {
    while (choice.sampled < attempts &&
           writing.size() < static_cast<std::size_t>(setting_.parallel)) {
      const std::size_t number = ++choice.sampled;
      chat::Request again = request;
      again.sampling.temperature = setting_.temperature;
      again.sampling.seed = setting_.seed + static_cast<std::uint32_t>(number);
      numbers[streams.start(again)] = number;
      steps[number];
      writing.insert(number);
    }
    if (writing.empty() && trials.pending() == 0) break;
    streams.poll(std::chrono::milliseconds(50), [&](std::size_t id, const chat::Event& event) {
      const std::size_t number = numbers.at(id);
      if (std::holds_alternative<chat::Failed>(event)) {
        count(steps.at(number).answer);
        writing.erase(number);
        return;
      }
      steps.at(number).answer.add(event);
      if (std::holds_alternative<chat::Finished>(event)) written(number);
    });
    for (const TrialQueue::Done& done : trials.take_done()) {
      ++tried;
      if (!done.result) continue;  // it cannot be applied
      TestReport report = read_report(done.result->output, done.result->passed());
      if (done.result->end == CommandResult::End::timed_out) report.built = false;
      const bool better =
          !choice.report || report > *choice.report || (done.id == 1 && !(*choice.report > report));
      if (!better) continue;
      choice.report = report;
      choice.message = steps.at(done.id).message;
      choice.number = done.id;
    }
    on_progress(choice.sampled, tried);
  }
  for (const std::size_t number : writing) count(steps.at(number).answer);
  return choice;
}

}  // namespace hearth::agent
