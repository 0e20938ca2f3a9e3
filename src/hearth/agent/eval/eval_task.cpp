#include "hearth/agent/eval/eval_task.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include <fnmatch.h>

#include "hearth/base/file.h"
#include "hearth/base/json.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

bool leads_out_of_work(const fs::path& name) {
  return name.empty() || name.is_absolute() ||
         std::ranges::any_of(name, [](const fs::path& part) { return part == ".."; });
}

/// The files under "tests". Errors: config, without the file's name.
Result<std::vector<std::string>> tests_of(const json::object& task, const fs::path& work) {
  const json::array* list = find_array(task, "tests");
  if (list == nullptr) {
    return fail(ErrorKind::config, R"(it needs "tests", a list of files in work/)");
  }
  std::vector<std::string> tests;
  for (const json::value& item : *list) {
    const std::string name = item.is_string() ? std::string(item.get_string()) : "";
    std::error_code ec;
    if (leads_out_of_work(name) || !fs::is_regular_file(work / name, ec)) {
      return fail(ErrorKind::config, fmt::format("\"tests\": there is no file work/{}", name));
    }
    tests.push_back(name);
  }
  return tests;
}

/// Errors: config, without the file's name.
Result<EvalTask> parse_task(std::string_view text, const fs::path& folder) {
  const auto value = parse_json(text);
  if (!value) return fail(ErrorKind::config, value.error().message);
  if (!value->is_object()) {
    return fail(ErrorKind::config,
                fmt::format("an object was expected, not {}", kind_in_words(*value)));
  }
  const json::object& object = value->get_object();
  EvalTask task;
  task.folder = folder;
  for (const auto& [key, field] :
       {std::pair{"name", &task.name}, std::pair{"language", &task.language},
        std::pair{"kind", &task.kind}, std::pair{"prompt", &task.prompt},
        std::pair{"check", &task.check}}) {
    *field = find_string(object, key).value_or("");
    if (field->empty())
      return fail(ErrorKind::config, fmt::format("it needs \"{}\", a string", key));
  }
  if (std::ranges::find(task_kinds(), task.kind) == task_kinds().end()) {
    return fail(ErrorKind::config, fmt::format("\"kind\" is one of {}, not {}",
                                               fmt::join(task_kinds(), ", "), task.kind));
  }
  std::error_code ec;
  if (!fs::is_directory(task.work(), ec)) {
    return fail(ErrorKind::config, "there is no folder work/ beside it");
  }
  auto tests = tests_of(object, task.work());
  if (!tests) return std::unexpected(tests.error());
  task.tests = std::move(*tests);
  return task;
}

bool is_among(const std::vector<std::string>& list, const std::string& word) {
  return list.empty() || std::ranges::find(list, word) != list.end();
}

bool name_fits(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

/// Nothing if every name of the filter is that of a task. Errors: not_found.
Result<void> names_are_known(const std::vector<std::string>& names,
                             const std::vector<EvalTask>& tasks, const fs::path& folder) {
  for (const std::string& pattern : names) {
    const bool known = std::ranges::any_of(
        tasks, [&](const EvalTask& task) { return name_fits(pattern, task.name); });
    if (!known) {
      return fail(ErrorKind::not_found,
                  fmt::format("no task in {} is named {}", folder.string(), pattern));
    }
  }
  return {};
}

}  // namespace

const std::vector<std::string>& task_kinds() {
  static const std::vector<std::string> kinds{"fix", "write", "refactor", "explain"};
  return kinds;
}

Result<EvalTask> load_task(const fs::path& folder) {
  const fs::path file = folder / "task.json";
  const auto text = read_file(file);
  if (!text) return std::unexpected(text.error());
  auto task = parse_task(*text, folder);
  if (!task) task.error().message = fmt::format("{}: {}", file.string(), task.error().message);
  return task;
}

Result<std::vector<EvalTask>> load_tasks(const fs::path& folder, const TaskFilter& filter) {
  for (const std::string& kind : filter.kinds) {
    if (!is_among(task_kinds(), kind)) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("there is no kind \"{}\"; it is one of {}", kind,
                              fmt::join(task_kinds(), ", ")));
    }
  }
  std::error_code ec;
  std::vector<EvalTask> tasks;
  for (fs::directory_iterator it(folder, ec); !ec && it != fs::directory_iterator();
       it.increment(ec)) {
    std::error_code none;
    if (!fs::exists(it->path() / "task.json", none)) continue;
    auto task = load_task(fs::absolute(it->path()));
    if (!task) return std::unexpected(task.error());
    tasks.push_back(std::move(*task));
  }
  if (ec) {
    return fail(ErrorKind::not_found,
                fmt::format("cannot read the tasks in {}: {}", folder.string(), ec.message()));
  }
  if (tasks.empty()) {
    return fail(ErrorKind::not_found,
                fmt::format("there are no tasks in {}: each is a folder with task.json and work/",
                            folder.string()));
  }
  if (auto known = names_are_known(filter.names, tasks, folder); !known) return pass_on(known);
  std::erase_if(tasks, [&](const EvalTask& task) {
    const bool named =
        filter.names.empty() || std::ranges::any_of(filter.names, [&](const std::string& pattern) {
          return name_fits(pattern, task.name);
        });
    return !named || !is_among(filter.kinds, task.kind) ||
           !is_among(filter.languages, task.language);
  });
  if (tasks.empty()) {
    return fail(ErrorKind::not_found,
                fmt::format("no task in {} is of that name, kind and language", folder.string()));
  }
  std::ranges::sort(tasks, {}, &EvalTask::name);
  return tasks;
}

}  // namespace hearth::agent
