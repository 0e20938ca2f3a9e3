#include "hearth/provider/curl_loop.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <condition_variable>
#include <cstdlib>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hearth/base/clock.h"

namespace hearth::provider {
namespace {

constexpr int longest_sleep_ms = 1000;
constexpr long kept_connections = 64;

/// libcurl's global state: begun once, for the life of the process.
void init_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw std::runtime_error("libcurl could not be initialised");
}

TransferFault fault_of(CURLcode code) {
  switch (code) {
    case CURLE_OK: return TransferFault::none;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return TransferFault::bad_url;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return TransferFault::resolve;
    case CURLE_COULDNT_CONNECT: return TransferFault::refused;
    case CURLE_OPERATION_TIMEDOUT: return TransferFault::connect_timeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return TransferFault::tls;
    default: return TransferFault::broken;
  }
}

/// The value of `line` if it is the header `name` (lower case).
std::string_view header_value(std::string_view line, std::string_view name) {
  const std::size_t colon = line.find(':');
  if (colon != name.size()) return {};
  const bool same = std::ranges::equal(line.substr(0, colon), name, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
  if (!same) return {};
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  return value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
}

/// One transfer. Everything but `cancelled`, `removed` belongs to the loop's thread once started.
struct Job {
  std::shared_ptr<const HttpRequest> request;
  TransferCallbacks callbacks;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  HttpResponse response;
  bool response_told = false;
  Clock::time_point begins = Clock::now();
  Clock::time_point last_byte = Clock::now();
  char reason[CURL_ERROR_SIZE] = {};
  std::atomic<bool> cancelled = false;
  bool removed = false;  ///< under the loop's lock: no callback runs any more

  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  ~Job() {
    if (easy != nullptr) curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }

  void take_header(std::string_view line) {
    last_byte = Clock::now();
    if (line.starts_with("HTTP/")) {
      response = {};
      const std::size_t space = line.find(' ');
      if (space != std::string_view::npos) {
        response.status = std::atoi(std::string(line.substr(space + 1)).c_str());
      }
    } else if (line == "\r\n" || line == "\n") {
      if (response.status >= 200) tell_response();
    } else if (const auto type = header_value(line, "content-type"); !type.empty()) {
      response.content_type = type;
    } else if (const auto after = header_value(line, "retry-after"); !after.empty()) {
      response.retry_after = after;
    }
  }

  void tell_response() {
    if (response_told || cancelled) return;
    response_told = true;
    if (callbacks.on_response) callbacks.on_response(response);
  }

  void take_bytes(std::string_view bytes) {
    last_byte = Clock::now();
    if (!cancelled && callbacks.on_bytes) callbacks.on_bytes(bytes);
  }

  void end(TransferFault fault, std::string words) {
    if (!cancelled && callbacks.on_end) callbacks.on_end({fault, std::move(words)});
  }
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* job) {
  static_cast<Job*>(job)->take_header({data, size * count});
  return size * count;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* job) {
  static_cast<Job*>(job)->take_bytes({data, size * count});
  return size * count;
}

void set_up(Job& job) {
  const HttpRequest& request = *job.request;
  for (const std::string& header : request.headers) {
    job.headers = curl_slist_append(job.headers, header.c_str());
  }
  // Without this, a body over 1 MB waits for a "100 Continue" that few servers send.
  job.headers = curl_slist_append(job.headers, "Expect:");
  CURL* easy = job.easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &job);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  // Else a cancelled transfer waits for its name resolution.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, job.headers);
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(request.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, job.reason);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &job);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &job);
  if (!request.proxy.empty()) curl_easy_setopt(easy, CURLOPT_PROXY, request.proxy.c_str());
}

}  // namespace

class CurlLoop::Impl {
 public:
  Impl() {
    init_curl();
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw std::runtime_error("libcurl has no memory for its loop");
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kept_connections);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  ~Impl() {
    thread_.request_stop();
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void add(std::shared_ptr<Job> job) {
    {
      const std::lock_guard lock(mutex_);
      added_.push_back(std::move(job));
    }
    curl_multi_wakeup(multi_);
  }

  void cancel(const std::shared_ptr<Job>& job) {
    job->cancelled = true;
    {
      const std::lock_guard lock(mutex_);
      if (job->removed) return;
      dropped_.push_back(job);
    }
    curl_multi_wakeup(multi_);
    // From a callback there is nothing to wait for: the flag stops all further ones.
    if (std::this_thread::get_id() == thread_.get_id()) return;
    std::unique_lock lock(mutex_);
    removed_.wait(lock, [&] { return job->removed; });
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      take_commands();
      begin_those_due();
      int running = 0;
      curl_multi_perform(multi_, &running);
      take_results();
      const int sleep_ms = end_silent_ones();
      curl_multi_poll(multi_, nullptr, 0, sleep_ms, nullptr);
    }
    while (!jobs_.empty()) remove(jobs_.begin()->second);
    while (!waiting_.empty()) remove(waiting_.back());
  }

  void take_commands() {
    std::vector<std::shared_ptr<Job>> added;
    std::vector<std::shared_ptr<Job>> dropped;
    {
      const std::lock_guard lock(mutex_);
      added.swap(added_);
      dropped.swap(dropped_);
    }
    std::ranges::move(added, std::back_inserter(waiting_));
    for (const std::shared_ptr<Job>& job : dropped) remove(job);
  }

  void begin_those_due() {
    const auto now = Clock::now();
    const auto due = std::ranges::partition(
        waiting_, [&](const std::shared_ptr<Job>& job) { return job->begins > now; });
    std::vector<std::shared_ptr<Job>> beginning(due.begin(), due.end());
    waiting_.erase(due.begin(), due.end());
    for (std::shared_ptr<Job>& job : beginning) {
      job->easy = curl_easy_init();
      if (job->easy == nullptr) {
        job->end(TransferFault::broken, "libcurl has no memory");
        remove(job);
        continue;
      }
      set_up(*job);
      job->last_byte = Clock::now();
      curl_multi_add_handle(multi_, job->easy);
      jobs_[job->easy] = std::move(job);
    }
  }

  void take_results() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto found = jobs_.find(message->easy_handle);
      if (found == jobs_.end()) continue;
      const std::shared_ptr<Job> job = found->second;
      job->end(fault_of(code), job->reason[0] != '\0' ? job->reason : curl_easy_strerror(code));
      remove(job);
    }
  }

  /// Ends what was silent for too long; returns for how long nothing else will be.
  int end_silent_ones() {
    std::vector<std::shared_ptr<Job>> silent;
    double sleep_ms = longest_sleep_ms;
    for (const auto& [easy, job] : jobs_) {
      const double left =
          static_cast<double>(job->request->silence_timeout.count()) - ms_since(job->last_byte);
      if (left <= 0) {
        silent.push_back(job);
      } else {
        sleep_ms = std::min(sleep_ms, left);
      }
    }
    for (const std::shared_ptr<Job>& job : waiting_) {
      sleep_ms = std::min(sleep_ms, std::max(0.0, ms_between(Clock::now(), job->begins)));
    }
    for (const std::shared_ptr<Job>& job : silent) {
      job->end(TransferFault::silent, "nothing was received");
      remove(job);
    }
    return static_cast<int>(sleep_ms) + 1;
  }

  /// Closes the connection if the transfer is not over.
  void remove(std::shared_ptr<Job> job) {
    if (job->easy != nullptr) {
      curl_multi_remove_handle(multi_, job->easy);
      jobs_.erase(job->easy);
      curl_easy_cleanup(std::exchange(job->easy, nullptr));
    } else {
      std::erase(waiting_, job);
    }
    {
      const std::lock_guard lock(mutex_);
      job->removed = true;
    }
    removed_.notify_all();
  }

  CURLM* multi_ = nullptr;
  // The loop's thread's own:
  std::unordered_map<CURL*, std::shared_ptr<Job>> jobs_;
  std::vector<std::shared_ptr<Job>> waiting_;  ///< for their time to begin

  std::mutex mutex_;
  std::condition_variable removed_;
  std::vector<std::shared_ptr<Job>> added_;
  std::vector<std::shared_ptr<Job>> dropped_;
  std::jthread thread_;
};

namespace {

template <class Loop>
class RunningTransfer : public CurlLoop::Transfer {
 public:
  RunningTransfer(std::shared_ptr<Loop> loop, std::shared_ptr<Job> job)
      : loop_(std::move(loop)), job_(std::move(job)) {}
  RunningTransfer(const RunningTransfer&) = delete;
  RunningTransfer& operator=(const RunningTransfer&) = delete;
  ~RunningTransfer() override { loop_->cancel(job_); }

 private:
  std::shared_ptr<Loop> loop_;
  std::shared_ptr<Job> job_;
};

}  // namespace

CurlLoop::CurlLoop() : impl_(std::make_shared<Impl>()) {}

CurlLoop::~CurlLoop() = default;

std::unique_ptr<CurlLoop::Transfer> CurlLoop::start(std::shared_ptr<const HttpRequest> request,
                                                    TransferCallbacks callbacks,
                                                    std::chrono::milliseconds delay) {
  auto job = std::make_shared<Job>();
  job->begins += delay;
  job->request = std::move(request);
  job->callbacks = std::move(callbacks);
  impl_->add(job);
  return std::make_unique<RunningTransfer<Impl>>(impl_, std::move(job));
}

}  // namespace hearth::provider
