#include "hearth/agent/session/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "hearth/agent/add_usage.h"
#include "hearth/agent/ask_tool.h"
#include "hearth/agent/claude_code_names.h"
#include "hearth/agent/opening_request.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/process.h"
#include "hearth/agent/server_start.h"
#include "hearth/agent/session/structured_output.h"
#include "hearth/agent/skill_tool.h"
#include "hearth/agent/task_kind.h"
#include "hearth/agent/task_tool.h"
#include "hearth/agent/time_limit.h"
#include "hearth/agent/todo_tool.h"
#include "hearth/agent/tool_style.h"
#include "hearth/agent/web/web_tools.h"
#include "hearth/agent/whole_files_style.h"
#include "hearth/base/clock.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
Session::Session(const AgentOptions& options, const AgentNeeds& needs, Output& output,
                 SessionStart start)
    : options_(options),
      needs_(needs),
      interactive_(!options.prompt && !start.person.ask),
      person_(person_at_terminal(std::move(start.person))),
      folder_(std::move(start.folder)),
      settings_(std::move(start.settings)),
      log_(std::move(start.log)),
      output_(output),
      server_(std::move(start.server)),
      profiles_(std::move(start.profiles)),
      shell_(folder_, settings_.sandbox, settings_.environment),
      diagnostics_(
          folder_,
          [this](const std::vector<std::string>& words) { return shell_.words_in_sandbox(words); }),
      mcp_(start.mcp, folder_.root(), state_dir() / "mcp"),
      tools_(
          folder_, shell_, [this] { return sees_images_; },
          options.measured ? options.measured->mending : Mending::on),
      conversation_(log_),
      hooks_(settings_.hooks, folder_.root(), log_.id(), log_.path().string()),
      permissions_(
          options.permission_mode.value_or(settings_.default_mode.value_or(PermissionMode::normal)),
          person_.ask,
          {.rules = settings_.rules,
           .folder = folder_.root(),
           .sandboxed = [this] { return shell_.sandboxed(); }}),
      file_states_(state_dir() / "checkpoints", folder_.root()),
      workplace_{.server = server_,
                 .folder = folder_,
                 .output = output_,
                 .permissions = permissions_,
                 .log = log_,
                 .tools = tools_,
                 .conversation = conversation_,
                 .hooks = hooks_,
                 .before_change = [this] { keep_files(); },
                 .model = {},
                 .profile = {},
                 .max_turns = options.max_turns,
                 .system_prompt = options.system_prompt,
                 .append_system_prompt = options.append_system_prompt} {
  tell_mcp_problems();
  folder_.leave_out(
      [this](const std::filesystem::path& path) { return settings_.rules.hides(path); });
  workplace_.sandbox = settings_.sandbox;
  workplace_.environment = settings_.environment;
  if (options.measured) workplace_.mending = options.measured->mending;
  workplace_.sources = options.sources;
  workplace_.subagents = options.subagents;
  workplace_.max_tokens = options.max_tokens;
  workplace_.make_tools = [this](Shell& shell) {
    auto tools = std::make_unique<Toolbox>(folder_, shell, [this] { return sees_images_; });
    add_tools(*tools, TaskFrom::subagent);
    return tools;
  };
  workplace_.diagnose = [this](const std::string& name, const std::stop_token& stop) {
    return diagnostics_.of(name, stop);
  };
  workplace_.before_turn = [this](int tokens, const std::stop_token& stop) {
    if (tokens > 0) last_prompt_tokens_ = tokens;
    compact_if_full(stop);
    keep_files_ahead();
  };
  workplace_.make_shorter = [this](const std::stop_token& stop) {
    output_.status("The conversation is longer than the model's window; making it shorter.");
    const auto compacted = make_shorter({}, stop);
    if (!compacted) output_.status(compacted.error().message);
    return compacted.has_value();
  };
  workplace_.start_server_again = [this](const std::stop_token& stop) {
    return is_our_server() && !answers(server_) && reach_our_server(stop).has_value();
  };
  workplace_.ask_to_go_on = [this](const Error& error) { return wants_to_go_on(error); };
  use_model(options.model.empty() ? start.model.id : options.model, start.model);
  add_tools(tools_, TaskFrom::session);
  tell_missing_tools();
  if (options.measured && !options.measured->tools.empty()) {
    tools_.keep_only(options.measured->tools);
  }
  if (start.before) {
    task_starts_ = start.before->task_starts;
    state_before_ = start.before->checkpoint;
    conversation_.restore(std::move(start.before->messages));
    if (start.before->missing_results) {
      conversation_.append(std::move(*start.before->missing_results));
    }
    resumed_ = true;
    last_prompt_tokens_ = estimated_tokens(conversation_.messages());
    if (start.before->forced_calls) workplace_.calling = Calling::forced;
    const std::string last_task = task_starts_.empty() ? "" : task_starts_.back().text;
    if (const auto lines = lines_of(last_task); !lines.empty()) {
      output_.status(fmt::format("Goes on behind: {}", lines.front()));
    }
  }
}

void Session::add_tools(Toolbox& tools, TaskFrom from) {
  if (workplace_.profile.patches) tools.add_patches(folder_);
  tools.add(make_todo_tool(output_));
  tools.add(make_ask_tool(from == TaskFrom::session ? &person_ : nullptr));
  // A measurement has no network.
  if (!options_.measured) tools.add(make_web_fetch_tool());
  if (!settings_.web_search.provider.empty()) {
    tools.add(make_web_search_tool(settings_.web_search));
  }
  tools.add(make_task_tool(workplace_, from));
  const auto& few = workplace_.profile.tools;
  const bool by_profile = !options_.tools && !options_.all_tools && !few.empty();
  if (by_profile && workplace_.mending == Mending::on) tools.keep_only(our_tool_names(few));
  if (options_.measured) return;
  if (auto skill = make_skill_tool(folder_, options_.sources)) tools.add(std::move(skill));
  if (options_.tools) tools.keep_only(our_tool_names(*options_.tools));
  auto further = mcp_.tools();
  if (further.empty()) return;
  std::vector<std::string> names;
  names.reserve(further.size());
  for (const auto& tool : further) names.push_back(tool->description().name);
  tools.add(make_load_tool(std::move(names)));
  for (auto& tool : further) tools.add(std::move(tool));
}

Session::~Session() {
  hooks_.run("SessionEnd", "", {{"reason", "exit"}}, {});
}

void Session::set_model(const std::string& model) {
  use_model(model, offered_model(server_, model));
}

void Session::use_model(const std::string& model, const OfferedModel& offered) {
  workplace_.model = model;
  profile_in_force_ = profile_for(model, profiles_);
  workplace_.profile = options_.measured ? options_.measured->profile : profile_in_force_.profile;
  if (options_.attempts > 0) {
    workplace_.profile.attempts = workplace_.profile.step_attempts = options_.attempts;
  }
  if (options_.style) workplace_.profile.style = workplace_.profile.repair = *options_.style;
  tool_style_.reset();
  workplace_.calling.reset();
  announced_.reset();
  window_ = offered.context;
  // Ours do not; of others it is assumed, and the server says otherwise.
  sees_images_ = !offered.local;
  // Where thoughts are time spent here, they leave room in an answer for the call.
  constexpr int local_thoughts = 2048;
  workplace_.max_thinking = options_.max_thinking;
  if (!workplace_.max_thinking && offered.local) workplace_.max_thinking = local_thoughts;
}

void Session::set_system_prompt(const std::string& whole, const std::string& after) {
  if (whole.empty() && after.empty()) return;
  if (!whole.empty()) workplace_.system_prompt = whole;
  if (!after.empty()) workplace_.append_system_prompt = after;
  tool_style_.reset();
}

void Session::set_mode(PermissionMode mode) {
  permissions_.set_mode(mode);
  conversation_.add_note(fmt::format("From now on the permission mode is {}.", to_string(mode)));
}

bool Session::ask_prompt_hooks(const std::string& task, const std::stop_token& stop,
                               Outcome& outcome) {
  const HookOutcome hooks = hooks_.run("UserPromptSubmit", "", {{"prompt", task}}, stop);
  for (const std::string& message : hooks.messages) output_.status(message);
  if (!hooks.context.empty()) conversation_.add_note(hooks.context);
  if (!hooks.blocked && !hooks.ends_session) return true;
  outcome.end = Outcome::End::error;
  outcome.stop_reason = "hook";
  outcome.text = hooks.blocked.value_or("A hook ended this.");
  return false;
}

Outcome Session::run(const std::string& task) {
  std::stop_source stop;
  InterruptWatch watch(
      stop, interactive_ ? InterruptWatch::Keys::watched : InterruptWatch::Keys::ignored);
  watch_ = &watch;
  Outcome outcome = run(task, stop.get_token());
  watch_ = nullptr;
  return outcome;
}

Outcome Session::run(const std::string& task, const std::stop_token& stop) {
  const auto started = Clock::now();
  // The folder first: a list of sessions reads no more than a file's beginning.
  log_.append("task", {{"folder", folder_.root().string()}, {"text", task}});
  task_starts_.push_back({conversation_.messages().size(), task});
  kept_ = false;
  present_task_ = task;
  Outcome outcome;
  const auto reached = reach_our_server(stop);
  Style& style = style_for(task);
  begin_conversation(stop);
  if (!reached) {
    outcome = outcome_of(reached.error());
  } else if (ask_prompt_hooks(task, stop, outcome)) {
    const bool is_forced = &style == tool_style_.get() && workplace_.calling == Calling::forced;
    add_what_is_named(task, is_forced && workplace_.mending == Mending::on, stop);
    outcome = run_in_time(style, task, stop);
    if (&style == repair_style_.get()) remember_repair(task, outcome);
    if (outcome.good() && options_.json_schema) {
      add_structured_output(workplace_, *options_.json_schema, stop, outcome);
    }
  }
  present_task_.clear();
  outcome.duration_ms = ms_since(started);
  outcome.session_id = log_.id();
  add_usage(usage_, outcome.usage);
  turns_ += outcome.turns;
  reading_ms_ += outcome.reading_ms;
  if (outcome.last_prompt_tokens > 0) last_prompt_tokens_ = outcome.last_prompt_tokens;
  // A local model tells its window once it is loaded.
  if (window_ == 0) window_ = offered_model(server_, workplace_.model).context;
  json::object end{{"text", outcome.text}, {"stop_reason", outcome.stop_reason}};
  if (outcome.solved) end["solved"] = *outcome.solved;
  log_.append("end", std::move(end));
  log_.sync();
  output_.finished(outcome);
  return outcome;
}

Outcome Session::run_in_time(Style& style, const std::string& task, const std::stop_token& stop) {
  if (options_.max_seconds <= 0) return style.run(task, stop);
  const TimeLimit limit(std::chrono::seconds(options_.max_seconds), stop);
  Outcome outcome = style.run(task, limit.token());
  if (outcome.end == Outcome::End::interrupted && limit.reached() && !stop.stop_requested()) {
    outcome.end = Outcome::End::limit;
    outcome.stop_reason = "time_limit";
    outcome.text = fmt::format("Stopped after {} seconds (--max-time).", options_.max_seconds);
  }
  return outcome;
}

void Session::remember_repair(const std::string& task, const Outcome& outcome) {
  const auto text = [](const std::string& words) {
    return std::vector<chat::Block>{chat::TextBlock{.text = words, .extra = {}}};
  };
  conversation_.append({.role = chat::Role::user, .content = text(task)});
  conversation_.append({.role = chat::Role::assistant, .content = text(outcome.text)});
}

chat::Request Session::request() const {
  const bool native = workplace_.profile.style == StyleName::native;
  chat::Request request = opening_request(
      workplace_, workplace_.calling.value_or(native ? Calling::native : Calling::forced));
  request.messages.insert(request.messages.end(), conversation_.messages().begin(),
                          conversation_.messages().end());
  return request;
}

Style& Session::style_for(const std::string& task) {
  if (workplace_.profile.repair == StyleName::whole_files &&
      (asks_for_repair(task) || options_.style)) {
    if (auto check = check_for(task)) {
      announce(StyleName::whole_files);
      workplace_.trial_sandbox = trial_sandbox();
      repair_style_ = make_whole_files_style(workplace_, std::move(*check));
      return *repair_style_;
    }
  }
  if (!tool_style_) {
    // The first task decides: another prompt and other tools would be read anew.
    const Profile& profile = workplace_.profile;
    const bool repairs = profile.repair != StyleName::whole_files && asks_for_repair(task);
    const bool native = (repairs ? profile.repair : profile.style) == StyleName::native;
    tool_style_ = make_tool_style(
        workplace_, workplace_.calling.value_or(native ? Calling::native : Calling::forced));
  }
  workplace_.check = workplace_.profile.step_attempts > 1 ? known_check(task) : std::nullopt;
  if (workplace_.check) workplace_.trial_sandbox = trial_sandbox();
  announce(*workplace_.calling == Calling::native ? StyleName::native : StyleName::forced);
  return *tool_style_;
}

}  // namespace hearth::agent
