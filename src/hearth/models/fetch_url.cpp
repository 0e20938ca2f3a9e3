#include <fmt/format.h>

#include "hearth/base/sha256.h"
#include "hearth/models/byte_size.h"
#include "hearth/models/download_lock.h"
#include "hearth/models/fetch.h"
#include "hearth/models/gguf.h"
#include "hearth/models/http_fetch.h"
#include "hearth/models/part_file.h"
#include "hearth/models/store.h"

namespace hearth::models {
namespace {

namespace fs = std::filesystem;

/// Whole, of the right hash where one is asked for, and GGUF; else nothing of it is kept.
Result<std::string> verify(const std::string& url, const std::string& sha256, PartFile& part,
                           const ProgressCallback& progress, const std::stop_token& stop) {
  auto hash = part.sha256(progress, stop);
  if (!hash) return hash;
  if (!sha256.empty() && *hash != sha256) {
    part.remove();
    return fail(ErrorKind::unavailable,
                fmt::format("What {} gives has SHA-256 {}, expected is {}. Nothing of it was kept.",
                            url, *hash, sha256));
  }
  if (auto info = inspect_gguf(part.path()); !info) {
    part.remove();
    return fail(ErrorKind::invalid_request,
                fmt::format("{} does not give a GGUF model. Nothing of it was kept. {}", url,
                            info.error().message));
  }
  return hash;
}

}  // namespace

Result<std::string> file_name_of_url(const std::string& url) {
  if (!url.starts_with("https://") && !url.starts_with("http://")) {
    return fail(ErrorKind::invalid_request,
                fmt::format("\"{}\" is not an http or https address", url));
  }
  const std::string path = url.substr(0, url.find_first_of("?#"));
  const auto host_end = path.find('/', path.find("//") + 2);
  const std::string name =
      host_end == std::string::npos ? "" : path.substr(path.find_last_of('/') + 1);
  if (name.empty() || name.starts_with('.')) {
    return fail(ErrorKind::invalid_request, fmt::format("\"{}\" names no file", url));
  }
  return name.ends_with(".gguf") ? name : name + ".gguf";
}

Result<FetchedUrl> fetch_url(const std::string& url, const std::string& sha256,
                             const ProgressCallback& progress, const std::stop_token& stop,
                             const TransferLimits& limits) {
  const auto name = file_name_of_url(url);
  if (!name) return std::unexpected(name.error());
  const fs::path destination = models_dir() / *name;
  auto lock = DownloadLock::take(destination.string() + ".lock", *name);
  if (!lock) return pass_on(lock);
  if (fs::exists(destination)) {
    auto hash = sha256_of_file(destination);
    if (!hash) return pass_on(hash);
    if (sha256.empty() || *hash == sha256) return FetchedUrl{destination, *hash, true};
  }
  auto part = PartFile::open(destination.string() + ".part");
  if (!part) return pass_on(part);
  const fs::path etag_file = sha256.empty() ? fs::path(destination.string() + ".etag") : fs::path();
  const auto came = http_fetch({url, std::nullopt, etag_file}, *part, limits, progress, stop);
  auto hash = came ? verify(url, sha256, *part, progress, stop)
                   : Result<std::string>(std::unexpected(came.error().error));
  const auto moved = hash ? part->publish(destination) : Result<void>();
  std::error_code ec;
  if (!hash || !moved) {
    const Error error = hash ? moved.error() : hash.error();
    if (part->size() == 0) part->remove();
    if (error.kind == ErrorKind::cancelled) {
      return fail(ErrorKind::cancelled,
                  fmt::format("Stopped. {} are kept; the same command goes on from there.",
                              file_size_in_words(part->size())));
    }
    return fail(error.kind, fmt::format("{} cannot be fetched: {}", url, error.message));
  }
  fs::remove(etag_file, ec);
  return FetchedUrl{destination, *hash, false};
}

}  // namespace hearth::models
