#include "hearth/models/http_fetch.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string_view>

#include "hearth/base/certificates.h"
#include "hearth/base/file.h"

namespace hearth::models {
namespace {

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

Handle new_handle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  Handle handle(curl_easy_init(), &curl_easy_cleanup);
  if (!handle) throw std::runtime_error("libcurl does not start");
  return handle;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "bytes 100-199/500" or "bytes */500" (RFC 9110, 14.4).
struct ContentRange {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> total;

  explicit ContentRange(std::string_view text) {
    if (!text.starts_with("bytes ")) return;
    text.remove_prefix(6);
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return;
    first = parse_number(text.substr(0, text.substr(0, slash).find('-')));
    total = parse_number(text.substr(slash + 1));
  }
};

/// One connection. `error` is set if it did not bring the rest of the file.
class Attempt {
 public:
  Attempt(const HttpDownload& download, PartFile& part, const TransferLimits& limits,
          const ProgressCallback& progress, const std::stop_token& stop)
      : download_(download), part_(part), progress_(progress), stop_(stop) {
    set_up(limits);
  }

  Result<void> run() {
    const CURLcode code = curl_easy_perform(curl_.get());
    if (failure_) return std::unexpected(*failure_);
    if (code == CURLE_ABORTED_BY_CALLBACK) return fail(ErrorKind::cancelled, "stopped");
    if (code != CURLE_OK) return transport_error(code);
    return judge_answer();
  }

  /// Whether trying again may help.
  [[nodiscard]] bool may_retry() const { return may_retry_; }
  [[nodiscard]] bool out_of_reach() const { return out_of_reach_; }

 private:
  void set_up(const TransferLimits& limits) {
    CURL* curl = curl_.get();
    curl_easy_setopt(curl, CURLOPT_URL, download_.url.c_str());
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "hearth");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    const bool secure = download_.url.starts_with("https:");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
    if (const char* file = certificate_file()) curl_easy_setopt(curl, CURLOPT_CAINFO, file);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(limits.connect_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.stall_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason_.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Attempt::on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Attempt::on_tick);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    if (part_.size() == 0) return;
    range_ = fmt::format("{}-", part_.size());
    curl_easy_setopt(curl, CURLOPT_RANGE, range_.c_str());
    if (const std::string etag = stored_etag(); !etag.empty()) {
      headers_.reset(curl_slist_append(nullptr, fmt::format("If-Range: {}", etag).c_str()));
      curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers_.get());
    }
  }

  static std::size_t on_bytes(char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Attempt*>(self)->take({data, size * count}) ? size * count : 0;
  }

  static int on_tick(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Attempt*>(self)->stop_.stop_requested() ? 1 : 0;
  }

  bool take(std::string_view bytes) {
    const long status = info(CURLINFO_RESPONSE_CODE);
    if (status != 200 && status != 206) return true;
    if (!begun_) {
      begun_ = true;
      if (auto begun = begin(status); !begun) return give_up(begun.error());
    }
    if (total_ && part_.size() + bytes.size() > *total_) {
      return give_up({ErrorKind::unavailable, "the server sends more than it announced"});
    }
    if (auto written = part_.append(bytes); !written) return give_up(written.error());
    if (progress_) {
      progress_(
          {FetchStage::download, host_of(download_.url), part_.size(), total_.value_or(0), ""});
    }
    return true;
  }

  /// The first byte of a good answer is here: is it the file, and the piece, that was asked for?
  Result<void> begin(long status) {
    total_ = download_.bytes;
    std::optional<std::uint64_t> announced;
    if (status == 206) {
      const ContentRange range(header("Content-Range"));
      if (range.first != part_.size()) {
        may_retry_ = true;
        if (auto cut = part_.truncate(0); !cut) return cut;
        return fail(ErrorKind::unavailable, "the server answers with another range");
      }
      announced = range.total;
    } else {
      if (auto cut = part_.truncate(0); !cut) return cut;
      announced = parse_number(header("Content-Length"));
    }
    if (announced && download_.bytes && *announced != *download_.bytes) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("the server has a file of {} bytes there; the model has {}",
                              *announced, *download_.bytes));
    }
    if (announced) total_ = announced;
    keep_etag();
    return require_space(part_.path().parent_path(),
                         total_.value_or(0) - std::min(part_.size(), total_.value_or(0)));
  }

  Result<void> judge_answer() {
    const long status = info(CURLINFO_RESPONSE_CODE);
    const std::string answer = fmt::format("the server answers {}", status);
    switch (status) {
      case 200:
      case 206:
        if (begun_ && (!total_ || part_.size() == *total_)) return {};
        may_retry_ = true;
        return fail(ErrorKind::unavailable, "the server sends less than the file");
      case 401:
      case 403: return fail(ErrorKind::unauthorized, answer + ": it wants to know who asks");
      case 404:
      case 410: return fail(ErrorKind::not_found, answer + ": there is no such file");
      case 416: return judge_unsatisfiable();
      default: break;
    }
    may_retry_ = status == 408 || status == 429 || status >= 500;
    return fail(ErrorKind::unavailable, answer);
  }

  /// Range not satisfiable: there is nothing behind what we have.
  Result<void> judge_unsatisfiable() {
    const ContentRange range(header("Content-Range"));
    if (!download_.bytes && range.total == part_.size()) return {};
    may_retry_ = part_.size() > 0;
    if (auto cut = part_.truncate(0); !cut) return cut;
    return fail(ErrorKind::unavailable, "the server has a shorter file than what was fetched");
  }

  Result<void> transport_error(CURLcode code) {
    const std::string reason = reason_[0] != '\0' ? reason_.data() : curl_easy_strerror(code);
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("\"{}\" is not an address to fetch from: {}", download_.url, reason));
    }
    const bool refused_by_proxy = info(CURLINFO_HTTP_CONNECTCODE) >= 400;
    out_of_reach_ = !begun_ && (refused_by_proxy || is_no_answer(code));
    may_retry_ = code != CURLE_TOO_MANY_REDIRECTS && !out_of_reach_;
    return fail(ErrorKind::unavailable, reason);
  }

  /// Of the server, or of the one it sends us on to.
  static bool is_no_answer(CURLcode code) {
    switch (code) {
      case CURLE_COULDNT_RESOLVE_PROXY:
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_CONNECT:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_OPERATION_TIMEDOUT: return true;
      default: return false;
    }
  }

  bool give_up(Error error) {
    failure_ = std::move(error);
    return false;
  }

  long info(CURLINFO which) {
    long value = 0;
    curl_easy_getinfo(curl_.get(), which, &value);
    return value;
  }

  /// A header of the last answer, behind all redirects.
  std::string header(const char* name) {
    curl_header* found = nullptr;
    if (curl_easy_header(curl_.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
    return found->value;
  }

  std::string stored_etag() {
    if (download_.etag_file.empty()) return {};
    return read_file(download_.etag_file).value_or("");
  }

  void keep_etag() {
    if (download_.etag_file.empty()) return;
    const std::string etag = header("ETag");
    // Without a note the part is not resumed, which is always right.
    if (etag.starts_with('"')) {
      std::ignore = write_file_atomically(download_.etag_file, etag);
    } else {
      std::error_code ec;
      std::filesystem::remove(download_.etag_file, ec);
    }
  }

  const HttpDownload& download_;
  PartFile& part_;
  const ProgressCallback& progress_;
  const std::stop_token& stop_;
  Handle curl_ = new_handle();
  HeaderList headers_{nullptr, &curl_slist_free_all};
  std::string range_;
  std::array<char, CURL_ERROR_SIZE> reason_{};
  std::optional<std::uint64_t> total_;
  std::optional<Error> failure_;
  bool begun_ = false;
  bool may_retry_ = false;
  bool out_of_reach_ = false;
};

bool can_resume(const HttpDownload& download) {
  return download.etag_file.empty() || std::filesystem::exists(download.etag_file);
}

}  // namespace

std::string host_of(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  char* host = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK) {
    return url;
  }
  const std::unique_ptr<char, decltype(&curl_free)> owned(host, &curl_free);
  return host;
}

bool sleep_unless_stopped(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

std::expected<void, HttpFailure> http_fetch(const HttpDownload& download, PartFile& part,
                                            const TransferLimits& limits,
                                            const ProgressCallback& progress,
                                            const std::stop_token& stop) {
  const auto failed = [](Error error, bool out_of_reach = false) {
    return std::unexpected(HttpFailure{std::move(error), out_of_reach});
  };
  const Error stopped{ErrorKind::cancelled, "stopped"};
  bool was_reached = false;
  auto backoff = limits.first_backoff;
  for (int attempt = 1;; ++attempt) {
    if (stop.stop_requested()) return failed(stopped);
    if (!can_resume(download) || (download.bytes && part.size() > *download.bytes)) {
      if (auto cut = part.truncate(0); !cut) return failed(cut.error());
    }
    if (download.bytes && part.size() == *download.bytes) return {};
    const std::uint64_t before = part.size();
    Attempt connection(download, part, limits, progress, stop);
    auto done = connection.run();
    if (done) done = part.sync();
    if (done) return {};
    if (part.size() > before) {
      attempt = 1;
      backoff = limits.first_backoff;
    }
    was_reached = was_reached || !connection.out_of_reach();
    const bool may_retry = connection.may_retry() || (was_reached && connection.out_of_reach());
    if (!may_retry || attempt >= limits.attempts) return failed(done.error(), !was_reached);
    if (!sleep_unless_stopped(backoff, stop)) return failed(stopped);
    backoff *= 2;
  }
}

}  // namespace hearth::models
