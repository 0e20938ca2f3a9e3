#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::agent {

/// A piece of work whose result a command judges: a folder with `task.json` and `work/`, from which
/// every trial begins. What lies beside them, such as a solution in `fixed/`, no model sees.
struct EvalTask {
  std::string name;
  std::string language;
  std::string kind;    ///< one of task_kinds()
  std::string prompt;  ///< what the agent is told
  std::string check;   ///< a shell command; exit code 0: solved
  /// Files of `work/` that decide, relative to it: put back before the check runs.
  std::vector<std::string> tests;
  std::filesystem::path folder;

  [[nodiscard]] std::filesystem::path work() const { return folder / "work"; }
};

/// "fix", "write", "refactor", "explain".
const std::vector<std::string>& task_kinds();

/// The task in `folder`. Errors: not_found; config, naming the file and what is wrong in it.
Result<EvalTask> load_task(const std::filesystem::path& folder);

struct TaskFilter {
  std::vector<std::string> names;      ///< names or patterns such as `python-*`; empty: all
  std::vector<std::string> kinds;      ///< empty: all
  std::vector<std::string> languages;  ///< empty: all
};

/// The tasks below `folder` that `filter` lets through, by name. Errors: those of load_task();
/// not_found if there is none, or none of a name in the filter; invalid_request for an unknown
/// kind.
Result<std::vector<EvalTask>> load_tasks(const std::filesystem::path& folder,
                                         const TaskFilter& filter);

}  // namespace hearth::agent
