#include "hearth/kv/disk_verify.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <system_error>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>

#include "hearth/base/descriptor.h"
#include "hearth/kv/disk_damaged.h"
#include "hearth/kv/disk_format.h"
#include "hearth/kv/disk_read.h"

namespace hearth::kv {
namespace {

namespace fs = std::filesystem;

/// The fingerprint that a model's folder is named by.
std::optional<Key> fingerprint_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (name.size() != 32) return std::nullopt;
  Key key;
  const char* const middle = name.data() + 16;
  const char* const end = name.data() + 32;
  const auto high = std::from_chars(name.data(), middle, key.high, 16);
  const auto low = std::from_chars(middle, end, key.low, 16);
  if (high.ptr != middle || low.ptr != end) return std::nullopt;
  return key;
}

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// Not open where nobody has the folder, or nobody ever had.
bool is_claimed(const fs::path& folder) {
  const Descriptor lock(::open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC));
  return lock.is_open() && ::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0;
}

StoredModel look_at(const fs::path& folder) {
  StoredModel model;
  model.folder = folder;
  model.description = first_line(folder / "about.txt");
  model.in_use = is_claimed(folder);
  std::error_code ec;
  for (fs::recursive_directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    std::error_code unknown;
    const auto bytes = it->is_regular_file(unknown) ? it->file_size(unknown) : 0;
    if (!unknown) model.bytes += bytes;
    if (it.depth() == 0 && is_disk_file_name(it->path().filename().string())) ++model.entries;
  }
  return model;
}

}  // namespace

std::vector<StoredModel> stored_models_of(const fs::path& folder) {
  std::vector<StoredModel> models;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    std::error_code unknown;
    if (it->is_directory(unknown) && fingerprint_of(it->path())) {
      models.push_back(look_at(it->path()));
    }
  }
  std::ranges::sort(models, {}, &StoredModel::folder);
  return models;
}

Result<Verified> verify_stored_model(const fs::path& folder) {
  const auto fingerprint = fingerprint_of(folder);
  if (!fingerprint) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} is no folder of the KV cache", folder.string()));
  }
  std::vector<std::string> names;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    std::string name = it->path().filename().string();
    if (is_disk_file_name(name)) names.push_back(std::move(name));
  }
  if (ec) {
    return fail(ErrorKind::io,
                fmt::format("{} cannot be listed: {}", folder.string(), ec.message()));
  }
  std::ranges::sort(names);
  Verified verified;
  for (const std::string& name : names) {
    const auto payload = read_disk_payload(folder / name, *fingerprint);
    if (payload) {
      ++verified.entries;
      verified.bytes += (*payload)->size();
      continue;
    }
    // A server may have removed it just now.
    const Error& error = payload.error();
    if (error.kind == ErrorKind::not_found) continue;
    std::string problem = fmt::format("{} {}", (folder / name).string(), error.message);
    if (error.kind == ErrorKind::invalid_request) {
      const auto moved = set_aside(folder, name);
      problem +=
          moved ? "; it was set aside and will be computed again" : "; " + moved.error().message;
    }
    verified.problems.push_back(std::move(problem));
  }
  return verified;
}

Result<void> delete_stored_model(const fs::path& folder) {
  const Descriptor lock(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.is_open() && ::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::overloaded,
                fmt::format("a server has {}; stop it first (`hearth stop`)", folder.string()));
  }
  std::error_code ec;
  fs::remove_all(folder, ec);
  if (ec) {
    return fail(ErrorKind::io,
                fmt::format("{} cannot be deleted: {}", folder.string(), ec.message()));
  }
  return {};
}

}  // namespace hearth::kv
