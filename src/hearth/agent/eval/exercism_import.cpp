#include "hearth/agent/eval/exercism_import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "hearth/agent/eval/exercism_track.h"
#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/base/trimmed.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

struct Exercise {
  fs::path folder;
  const ExercismTrack* track = nullptr;
  std::vector<std::string> solution;
  std::vector<std::string> tests;
  std::vector<std::string> example;
};

std::vector<fs::path> exercises_below(const fs::path& from, std::error_code& ec) {
  std::vector<fs::path> found;
  if (fs::exists(from / ".meta" / "config.json", ec)) return {from};
  for (fs::recursive_directory_iterator it(from, ec);
       !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
    std::error_code none;
    if (!it->is_directory(none)) continue;
    if (it->path().filename() == "node_modules") it.disable_recursion_pending();
    if (!fs::exists(it->path() / ".meta" / "config.json", none)) continue;
    found.push_back(it->path());
    it.disable_recursion_pending();
  }
  std::ranges::sort(found);
  return found;
}

/// Errors: config, without the exercise's name.
Result<Exercise> read_exercise(const fs::path& folder) {
  const auto text = read_file(folder / ".meta" / "config.json");
  if (!text) return std::unexpected(text.error());
  const auto value = parse_json(*text);
  if (!value) return fail(ErrorKind::config, ".meta/config.json: " + value.error().message);
  const json::object* files =
      value->is_object() ? find_object(value->get_object(), "files") : nullptr;
  if (files == nullptr) return fail(ErrorKind::config, ".meta/config.json has no \"files\"");
  Exercise exercise;
  exercise.folder = folder;
  for (const auto& [key, list] :
       {std::pair{"solution", &exercise.solution}, std::pair{"test", &exercise.tests},
        std::pair{"example", &exercise.example}}) {
    const json::array* names = find_array(*files, key);
    if (names == nullptr) continue;
    for (const json::value& name : *names) {
      if (name.is_string()) list->emplace_back(name.get_string());
    }
  }
  std::error_code ec;
  if (exercise.solution.empty() || exercise.tests.empty()) {
    return fail(ErrorKind::config, ".meta/config.json names no solution, or no test");
  }
  for (const std::string& test : exercise.tests) {
    if (!fs::is_regular_file(folder / test, ec)) {
      return fail(ErrorKind::config, fmt::format("its test {} is not there", test));
    }
  }
  for (const std::string& name : exercise.solution) {
    if (exercise.track == nullptr) exercise.track = track_of(name);
  }
  if (exercise.track == nullptr) {
    return fail(ErrorKind::config,
                fmt::format("{} is in none of the languages Python, JavaScript, C++, Go and Rust",
                            exercise.solution.front()));
  }
  return exercise;
}

/// Packages that its tests need and that are not there: in a trial nothing can be fetched.
bool lacks_packages(const fs::path& folder) {
  const auto text = read_file(folder / "package.json");
  const auto value = text ? parse_json(*text) : fail(ErrorKind::not_found, "");
  if (!value || !value->is_object()) return false;
  const auto wants = [&](const char* key) {
    const json::object* packages = find_object(value->get_object(), key);
    return packages != nullptr && !packages->empty();
  };
  std::error_code ec;
  return (wants("dependencies") || wants("devDependencies")) &&
         !fs::is_directory(folder / "node_modules", ec);
}

std::string prompt_for(const Exercise& exercise) {
  std::string prompt;
  for (const char* name : {"introduction.md", "instructions.md", "instructions.append.md"}) {
    const auto text = read_file(exercise.folder / ".docs" / name);
    if (text) prompt += std::string(trimmed(*text)) + "\n\n";
  }
  return prompt + fmt::format(
                      "Write the solution into {}. The tests are in {} and are run by `{}`; "
                      "they stay as they are.",
                      fmt::join(exercise.solution, " and "), fmt::join(exercise.tests, " and "),
                      exercise.track->check);
}

/// Everything but what the exercise keeps from those who do it.
void copy_work(const Exercise& exercise, const fs::path& work, std::error_code& ec) {
  fs::create_directories(work, ec);
  for (fs::directory_iterator it(exercise.folder, ec); !ec && it != fs::directory_iterator();
       it.increment(ec)) {
    const std::string name = it->path().filename().string();
    if (name == "node_modules" || !name.starts_with('.')) {
      fs::copy(it->path(), work / name,
               fs::copy_options::recursive | fs::copy_options::copy_symlinks, ec);
    }
    if (ec) return;
  }
}

/// The example's files under the solution's names: the one with the same ending that is still left.
/// Where there is none, the solution's own file is right.
Result<void> write_fixed(const Exercise& exercise, const fs::path& fixed) {
  std::vector<std::string> left = exercise.example;
  for (const std::string& name : exercise.solution) {
    const auto same = std::ranges::find_if(left, [&](const std::string& example) {
      return fs::path(example).extension() == fs::path(name).extension();
    });
    const auto text = read_file(exercise.folder / (same == left.end() ? name : *same));
    if (same != left.end()) left.erase(same);
    if (!text) continue;
    if (auto written = write_file_atomically(fixed / name, *text); !written) return written;
  }
  return {};
}

/// The names of what stays as it is: all but the solution.
std::vector<std::string> files_that_decide(const Exercise& exercise, const fs::path& work) {
  std::vector<std::string> files = exercise.tests;
  std::error_code ec;
  for (fs::recursive_directory_iterator it(work, ec);
       !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
    std::error_code none;
    if (it->path().filename() == "node_modules") it.disable_recursion_pending();
    if (!it->is_regular_file(none)) continue;
    const std::string name = it->path().lexically_relative(work).generic_string();
    const bool known = std::ranges::find(files, name) != files.end() ||
                       std::ranges::find(exercise.solution, name) != exercise.solution.end();
    if (!known) files.push_back(name);
  }
  std::sort(files.begin() + static_cast<std::ptrdiff_t>(exercise.tests.size()), files.end());
  return files;
}

Result<void> write_task(const Exercise& exercise, const std::string& name, const fs::path& task) {
  std::error_code ec;
  copy_work(exercise, task / "work", ec);
  if (ec)
    return fail(ErrorKind::io, fmt::format("cannot write {}: {}", task.string(), ec.message()));
  for (const std::string& test : exercise.tests) {
    const auto text = read_file(task / "work" / test);
    if (!text) return std::unexpected(text.error());
    const std::string all = without_skips(*exercise.track, *text);
    if (auto written = write_file_atomically(task / "work" / test, all); !written) return written;
  }
  if (auto fixed = write_fixed(exercise, task / "fixed"); !fixed) return fixed;
  const json::object described{
      {"name", name},
      {"language", exercise.track->language},
      {"kind", "write"},
      {"prompt", prompt_for(exercise)},
      {"check", exercise.track->check},
      {"tests", json::value_from(files_that_decide(exercise, task / "work"))},
      {"solution", json::value_from(exercise.solution)}};
  return write_file_atomically(task / "task.json", to_readable_json(described) + "\n");
}

}  // namespace

Result<ImportedExercises> import_exercism(const fs::path& from, const fs::path& to) {
  std::error_code ec;
  const auto folders = exercises_below(from, ec);
  if (folders.empty()) {
    return fail(ErrorKind::not_found,
                fmt::format("there are no exercises in {}{}: each is a folder with "
                            ".meta/config.json",
                            from.string(), ec ? fmt::format(" ({})", ec.message()) : ""));
  }
  ImportedExercises imported;
  for (const fs::path& folder : folders) {
    const std::string slug = fs::weakly_canonical(folder, ec).filename().string();
    auto exercise = read_exercise(folder);
    if (exercise && lacks_packages(folder)) {
      exercise =
          fail(ErrorKind::config, "its tests need packages: run `npm install` in its folder first");
    }
    if (!exercise) {
      imported.left_out.push_back(fmt::format("{}: {}", slug, exercise.error().message));
      continue;
    }
    const std::string name = fmt::format("{}-{}", exercise->track->language, slug);
    if (fs::exists(to / name, ec)) {
      imported.left_out.push_back(
          fmt::format("{}: {} is there already", slug, (to / name).string()));
      continue;
    }
    if (auto written = write_task(*exercise, name, to / name); !written) return pass_on(written);
    imported.tasks.push_back(name);
  }
  return imported;
}

}  // namespace hearth::agent
