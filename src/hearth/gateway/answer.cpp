#include "hearth/gateway/answer.h"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string_view>

#include "hearth/base/log.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// How the answer of a client that went away ends in the log.
constexpr std::string_view cancelled = "cancelled";
constexpr auto progress_interval = 1s;
constexpr auto ping_interval = 15s;
/// A client that waits for a model to load, or in the queue, gets its response's head after this
/// time, so that it does not take the server for dead.
constexpr auto longest_without_head = 10s;

/// Between two progress reports of the engine, what has probably been read by now.
chat::PrefillProgress estimate(const chat::PrefillProgress& last, double elapsed_ms) {
  chat::PrefillProgress now = last;
  const int left = last.total - last.reused - last.computed;
  if (last.eta_ms <= 0 || left <= 0) return now;
  const double share = std::min(elapsed_ms / last.eta_ms, 0.99);
  now.computed = last.computed + static_cast<int>(share * left);
  now.eta_ms = last.eta_ms - std::min(elapsed_ms, last.eta_ms);
  now.estimated = true;
  return now;
}

/// In the list of what runs, as long as it lives.
class Registered {
 public:
  using List = std::set<std::shared_ptr<EventQueue>>;
  Registered(List& list, const std::shared_ptr<EventQueue>& queue)
      : list_(list), at_(list.insert(queue).first) {}
  ~Registered() { list_.erase(at_); }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;

 private:
  List& list_;
  List::iterator at_;
};

/// One answer on its way to the client.
class Sender {
 public:
  Sender(Exchange& exchange, Answer answer, asio::any_io_executor executor)
      : exchange_(exchange),
        answer_(std::move(answer)),
        record_(answer_.record),
        queue_(std::make_shared<EventQueue>(
            std::move(executor),
            answer_.stream ? EventQueue::Wake::each_event : EventQueue::Wake::end_only)) {}

  asio::awaitable<void> run() {
    const Registered registered(exchange_.services().running, queue_);
    exchange_.watch_client(queue_);
    call_ = answer_.start([queue = queue_](chat::Event event) { queue->push(std::move(event)); });
    while (!done_) {
      const auto events = co_await queue_->take(next_tick());
      if (queue_->client_gone()) {
        for (const chat::Event& event : events) note(event);
        break;
      }
      co_await handle(events);
      if (!done_ && events.empty()) co_await tick();
    }
    call_.reset();
    exchange_.stop_watching();
    if (!done_) {
      record_.stop_reason = cancelled;
      exchange_.abandon();
    }
  }

  /// The work is cancelled, if it is not done.
  void stop(std::string_view reason) {
    call_.reset();
    exchange_.abandon();
    if (done_) return;
    record_.stop_reason = cancelled;
    spdlog::debug("{}: {}", record_.id, reason);
  }

  observe::RequestRecord take_record() {
    record_.total_ms = ms_since(began_);
    if (answer_.trail) {
      record_.route = answer_.trail->route();
      record_.warnings = fmt::format("{}", fmt::join(answer_.trail->warnings(), "\n"));
      record_.fallbacks = fmt::format("{}", fmt::join(answer_.trail->failures(), "\n"));
    }
    if (usage_estimated_) {
      record_.warnings += record_.warnings.empty() ? "" : "\n";
      record_.warnings += "the server told no usage; the tokens are estimated from the texts";
    }
    if (answer_.on_end) answer_.on_end(record_);
    return std::move(record_);
  }

 private:
  [[nodiscard]] Clock::time_point next_tick() const {
    if (!answer_.stream) return Clock::now() + 1h;
    if (!exchange_.replied()) return began_ + longest_without_head;
    if (progress_) return last_write_ + progress_interval;
    return last_write_ + ping_interval;
  }

  asio::awaitable<void> handle(const std::vector<chat::Event>& events) {
    std::string text;
    for (const chat::Event& arrived : events) {
      note(arrived);
      const bool progress = std::holds_alternative<chat::PrefillProgress>(arrived);
      const chat::Event event = progress ? chat::Event(never_backwards(*progress_)) : arrived;
      // What was said before it is sent, though both came at once.
      const bool nothing_said = !answer_.stream || record_.output_tokens == 0;
      if (const auto* failed = std::get_if<chat::Failed>(&event);
          failed && !exchange_.replied() && nothing_said) {
        done_ = true;
        exchange_.stop_watching();
        co_await exchange_.reply_error(failed->error);
        co_return;
      }
      if (answer_.stream) {
        text += answer_.stream->encode(event);
        done_ = answer_.stream->done();
      } else {
        answer_.whole->add(event);
        done_ = answer_.whole->done();
      }
      if (done_) break;
    }
    if (answer_.stream && !events.empty()) {
      co_await write(text);
      if (done_) co_await exchange_.end_stream();
    } else if (done_) {
      exchange_.stop_watching();
      auto response = answer_.whole->response();
      if (response) {
        tell_route();
        const json::value body = std::move(*response);
        co_await exchange_.reply_json(200, body);
      } else {
        co_await exchange_.reply_error(response.error());
      }
    }
  }

  asio::awaitable<void> tick() {
    if (!answer_.stream) co_return;
    const auto now = Clock::now();
    if (progress_ && now - last_write_ >= progress_interval) {
      std::string text = wire::prefill_comment(
          never_backwards(estimate(*progress_, ms_between(progress_at_, now))));
      if (now - last_ping_ >= ping_interval) {
        text += answer_.stream->ping();
        last_ping_ = now;
      }
      co_await write(text);
    } else if (!exchange_.replied() || now - last_write_ >= ping_interval) {
      last_ping_ = now;
      co_await write(answer_.stream->ping());
    }
  }

  asio::awaitable<void> write(std::string_view text) {
    if (!exchange_.replied()) {
      tell_route();
      exchange_.begin_stream(answer_.stream->content_type());
    }
    co_await exchange_.write(text);
    last_write_ = Clock::now();
  }

  /// Which route answers, or is likely to where a head goes out before anything has come.
  void tell_route() {
    const std::string tried = answer_.trail ? answer_.trail->route() : std::string();
    const std::string& route = tried.empty() ? record_.route : tried;
    const bool plain = std::ranges::all_of(route, [](char c) { return c >= ' ' && c != '\x7f'; });
    if (plain && !route.empty()) exchange_.set_header("hearth-route", route);
  }

  /// An estimate may have run ahead of what the engine then reports; a bar must not jump back.
  chat::PrefillProgress never_backwards(chat::PrefillProgress progress) {
    if (progress.computed < shown_computed_) {
      progress.computed = shown_computed_;
      progress.estimated = true;
    }
    shown_computed_ = progress.computed;
    return progress;
  }

  void note(const chat::Event& event) {
    if (const auto* progress = std::get_if<chat::PrefillProgress>(&event)) {
      progress_ = *progress;
      progress_at_ = Clock::now();
      record_.computed_tokens = progress->computed;
      return;
    }
    if (const auto* started = std::get_if<chat::Started>(&event)) {
      record_.prompt_tokens = started->usage.prompt_tokens;
      record_.reused_tokens = started->usage.reused_tokens;
      record_.cache = started->cache_note;
      if (!started->server.empty()) record_.why += fmt::format(" Answered by {}.", started->server);
      return;
    }
    if (progress_) record_.computed_tokens = progress_->total - progress_->reused;
    progress_.reset();
    if (const auto* finished = std::get_if<chat::Finished>(&event)) {
      take_usage(finished->usage);
      record_.stop_reason = to_string(finished->reason);
      record_.queue_ms = finished->timings.queue_ms;
      // Remote servers do not tell; then it is what was seen here.
      if (finished->timings.ttft_ms > 0) record_.ttft_ms = finished->timings.ttft_ms;
      record_.prefill_ms = finished->timings.prefill_ms;
      record_.decode_ms = finished->timings.decode_ms;
    } else if (const auto* failed = std::get_if<chat::Failed>(&event)) {
      record_.error = failed->error.message;
    } else if (!std::holds_alternative<chat::ChoiceFinished>(event)) {
      if (record_.ttft_ms == 0) record_.ttft_ms = ms_since(began_);
      // For answers that are cancelled, whose usage nobody tells: most deltas are one token.
      ++record_.output_tokens;
    }
  }

  void take_usage(const chat::Usage& usage) {
    record_.prompt_tokens = usage.prompt_tokens;
    record_.reused_tokens = usage.reused_tokens;
    record_.computed_tokens = usage.prompt_tokens - usage.reused_tokens;
    record_.output_tokens = usage.output_tokens;
    usage_estimated_ = usage.estimated;
  }

  Exchange& exchange_;
  Answer answer_;
  observe::RequestRecord record_;
  std::shared_ptr<EventQueue> queue_;
  std::unique_ptr<provider::Call> call_;
  std::optional<chat::PrefillProgress> progress_;
  Clock::time_point progress_at_;
  int shown_computed_ = 0;
  Clock::time_point began_ = Clock::now();
  Clock::time_point last_write_ = began_;
  Clock::time_point last_ping_ = began_;
  bool usage_estimated_ = false;
  bool done_ = false;
};

}  // namespace

asio::awaitable<void> send_answer(Exchange& exchange, Answer& answer) {
  Services& services = exchange.services();
  const auto executor = co_await asio::this_coro::executor;
  Sender sender(exchange, std::move(answer), executor);
  ++services.n_running;
  try {
    co_await sender.run();
  } catch (const boost::system::system_error& lost) {
    sender.stop(lost.code().message());
  }
  --services.n_running;
  services.last_use_ms = unix_ms();
  services.keep(sender.take_record());
}

}  // namespace hearth::gateway
