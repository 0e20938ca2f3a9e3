#include "hearth/provider/curl_loop.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>
#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hearth/base/clock.h"
#include "hearth/provider/curl_transfer.h"

namespace hearth::provider {
namespace {

namespace asio = boost::asio;

constexpr long kept_connections = 64;
constexpr auto silence_check_interval = std::chrono::milliseconds(250);

/// libcurl's global state: begun once, for the life of the process.
void init_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw std::runtime_error("libcurl could not be initialised");
}

std::uint32_t epoll_events(int what) {
  std::uint32_t events = 0;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= EPOLLIN;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= EPOLLOUT;
  return events;
}

int curl_events(std::uint32_t events) {
  int what = 0;
  if ((events & (EPOLLIN | EPOLLHUP)) != 0) what |= CURL_CSELECT_IN;
  if ((events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
  if ((events & EPOLLERR) != 0) what |= CURL_CSELECT_ERR;
  return what;
}

}  // namespace

class CurlLoop::Impl : public std::enable_shared_from_this<CurlLoop::Impl> {
 public:
  explicit Impl(asio::io_context& io)
      : io_(io),
        sockets_(std::in_place, io, ::epoll_create1(EPOLL_CLOEXEC)),
        timer_(std::in_place, io),
        silence_timer_(std::in_place, io) {
    init_curl();
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw std::runtime_error("libcurl has no memory for its loop");
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kept_connections);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Impl::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Impl::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { close(); }

  void add(std::shared_ptr<CurlTransfer> transfer, std::chrono::milliseconds delay) {
    asio::post(io_, [self = shared_from_this(), transfer = std::move(transfer), delay]() mutable {
      if (delay.count() > 0) {
        self->begin_later(std::move(transfer), delay);
      } else {
        self->begin(std::move(transfer));
      }
    });
  }

  void cancel(const std::shared_ptr<CurlTransfer>& transfer) {
    transfer->cancel();
    if (closed_) return;
    // Not at once: this may be one of its callbacks.
    asio::post(io_, [self = shared_from_this(), transfer] { self->remove(transfer); });
  }

  void close() {
    if (closed_.exchange(true)) return;
    while (!transfers_.empty()) remove(transfers_.begin()->second);
    curl_multi_cleanup(std::exchange(multi_, nullptr));
    // They belong to the asio loop, which may end before this does.
    sockets_.reset();
    timer_.reset();
    silence_timer_.reset();
  }

 private:
  void begin_later(std::shared_ptr<CurlTransfer> transfer, std::chrono::milliseconds delay) {
    auto timer = std::make_shared<asio::steady_timer>(io_, delay);
    timer->async_wait([self = shared_from_this(), timer,
                       transfer = std::move(transfer)](boost::system::error_code ec) mutable {
      if (!ec) self->begin(std::move(transfer));
    });
  }

  void begin(std::shared_ptr<CurlTransfer> transfer) {
    if (multi_ == nullptr || transfer->cancelled()) return;
    if (!transfer->set_up()) {
      transfer->end(TransferFault::broken, "libcurl has no memory");
      return;
    }
    CURL* const easy = transfer->easy();
    if (transfers_.empty()) watch_silence();
    transfers_[easy] = std::move(transfer);
    curl_multi_add_handle(multi_, easy);
    act(CURL_SOCKET_TIMEOUT, 0);
  }

  /// Closes the connection if the transfer is not over.
  void remove(std::shared_ptr<CurlTransfer> transfer) {
    if (multi_ == nullptr || transfer->easy() == nullptr) return;
    // Of HTTP/2 libcurl (7.88) keeps the connection, and tells the server with the next thing that
    // it sends there: for a stream that was alone on it, that is never.
    curl_easy_setopt(transfer->easy(), CURLOPT_FORBID_REUSE, 1L);
    curl_multi_remove_handle(multi_, transfer->easy());
    transfers_.erase(transfer->easy());
    transfer->clean_up();
  }

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    static_cast<Impl*>(self)->watch(socket, what);
    return 0;
  }

  static int on_timer(CURLM*, long timeout_ms, void* self) {
    static_cast<Impl*>(self)->set_timer(timeout_ms);
    return 0;
  }

  void watch(curl_socket_t socket, int what) {
    if (!sockets_) return;
    const int set = sockets_->native_handle();
    epoll_event event{};
    event.events = epoll_events(what);
    event.data.fd = socket;
    if (what == CURL_POLL_REMOVE) {
      ::epoll_ctl(set, EPOLL_CTL_DEL, socket, nullptr);
    } else if (::epoll_ctl(set, EPOLL_CTL_MOD, socket, &event) != 0) {
      ::epoll_ctl(set, EPOLL_CTL_ADD, socket, &event);
    }
    if (!std::exchange(waiting_, true)) wait();
  }

  void wait() {
    sockets_->async_wait(asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this()](boost::system::error_code ec) {
                           if (!ec) self->take_ready();
                         });
  }

  void take_ready() {
    if (!sockets_) return;
    const auto size = static_cast<int>(ready_.size());
    n_ready_ = ::epoll_wait(sockets_->native_handle(), ready_.data(), size, 0);
    next_ready_ = 0;
    take_next();
  }

  /// One after the other, in between whoever was told of something: else the first of many would
  /// wait for all.
  void take_next() {
    if (next_ready_ >= n_ready_) {
      if (sockets_) wait();
      return;
    }
    const epoll_event& event = ready_[static_cast<std::size_t>(next_ready_++)];
    act(event.data.fd, curl_events(event.events));
    asio::post(io_, [self = shared_from_this()] { self->take_next(); });
  }

  void set_timer(long timeout_ms) {
    if (!timer_) return;
    due_ = timeout_ms < 0 ? Clock::time_point::max()
                          : Clock::now() + std::chrono::milliseconds(timeout_ms);
    // A timer that fires too early looks again; setting one costs a system call.
    if (due_ < timer_at_) start_timer();
  }

  void start_timer() {
    timer_at_ = due_;
    timer_->expires_at(due_);
    timer_->async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (!ec) self->look_at_time();
    });
  }

  void look_at_time() {
    if (!timer_) return;
    timer_at_ = Clock::time_point::max();
    if (due_ <= Clock::now()) {
      due_ = Clock::time_point::max();
      act(CURL_SOCKET_TIMEOUT, 0);
    }
    if (timer_ && due_ < timer_at_) start_timer();
  }

  void act(curl_socket_t socket, int how) {
    if (multi_ == nullptr) return;
    int running = 0;
    curl_multi_socket_action(multi_, socket, how, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto found = transfers_.find(message->easy_handle);
      if (found == transfers_.end()) continue;
      const std::shared_ptr<CurlTransfer> transfer = found->second;
      transfer->end(code);
      remove(transfer);
    }
  }

  /// Ends what was silent for too long, as long as there is anything.
  void watch_silence() {
    if (!silence_timer_) return;
    silence_timer_->expires_after(silence_check_interval);
    silence_timer_->async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (!ec) self->end_silent_ones();
    });
  }

  void end_silent_ones() {
    std::vector<std::shared_ptr<CurlTransfer>> silent;
    for (const auto& [easy, transfer] : transfers_) {
      if (transfer->silence_left_ms() <= 0) silent.push_back(transfer);
    }
    for (const std::shared_ptr<CurlTransfer>& transfer : silent) {
      transfer->end(TransferFault::silent, "nothing was received");
      remove(transfer);
    }
    if (!transfers_.empty()) watch_silence();
  }

  asio::io_context& io_;
  /// An epoll set of libcurl's sockets: what it waits for changes far less often than something
  /// arrives, and each asio wait on a socket of its own would be a system call more.
  std::optional<asio::posix::stream_descriptor> sockets_;
  bool waiting_ = false;
  std::array<epoll_event, 64> ready_{};
  int n_ready_ = 0;
  int next_ready_ = 0;
  std::optional<asio::steady_timer> timer_;
  Clock::time_point due_ = Clock::time_point::max();
  Clock::time_point timer_at_ = Clock::time_point::max();
  std::optional<asio::steady_timer> silence_timer_;
  std::atomic<bool> closed_ = false;
  CURLM* multi_ = nullptr;
  std::unordered_map<CURL*, std::shared_ptr<CurlTransfer>> transfers_;
};

namespace {

template <class Loop>
class RunningTransfer : public CurlLoop::Transfer {
 public:
  RunningTransfer(std::shared_ptr<Loop> loop, std::shared_ptr<CurlTransfer> transfer)
      : loop_(std::move(loop)), transfer_(std::move(transfer)) {}
  RunningTransfer(const RunningTransfer&) = delete;
  RunningTransfer& operator=(const RunningTransfer&) = delete;
  ~RunningTransfer() override { loop_->cancel(transfer_); }

 private:
  std::shared_ptr<Loop> loop_;
  std::shared_ptr<CurlTransfer> transfer_;
};

}  // namespace

CurlLoop::CurlLoop(asio::io_context& io) : impl_(std::make_shared<Impl>(io)) {}

CurlLoop::~CurlLoop() {
  close();
}

void CurlLoop::close() {
  impl_->close();
}

std::unique_ptr<CurlLoop::Transfer> CurlLoop::start(std::shared_ptr<const HttpRequest> request,
                                                    TransferCallbacks callbacks,
                                                    std::chrono::milliseconds delay) {
  auto transfer = std::make_shared<CurlTransfer>(std::move(request), std::move(callbacks));
  impl_->add(transfer, delay);
  return std::make_unique<RunningTransfer<Impl>>(impl_, std::move(transfer));
}

}  // namespace hearth::provider
