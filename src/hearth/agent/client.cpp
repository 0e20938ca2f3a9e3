#include "hearth/agent/client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <map>
#include <set>
#include <vector>

#include "hearth/base/clock.h"
#include "hearth/base/json.h"
#include "hearth/wire/anthropic_encode.h"
#include "hearth/wire/anthropic_events.h"

namespace hearth::agent {
namespace {

constexpr int max_attempts = 4;
constexpr std::size_t max_error_body = 64 << 10;

struct HeaderList {
  curl_slist* list = nullptr;
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list); }
  void add(const std::string& header) { list = curl_slist_append(list, header.c_str()); }
};

void add_common_headers(HeaderList& headers, const std::string& key) {
  headers.add("anthropic-version: 2023-06-01");
  if (!key.empty()) headers.add("x-api-key: " + key);
}

/// The message inside an error body of any of the usual shapes, else the body's beginning.
std::string message_in(std::string_view body) {
  if (const auto value = parse_json(body); value && value->is_object()) {
    if (const json::object* error = find_object(value->get_object(), "error")) {
      if (const auto message = find_string(*error, "message")) return std::string(*message);
    }
  }
  return wire::excerpt(body);
}

Error error_of_status(long status, std::string_view body, const std::string& url) {
  const std::string reason = message_in(body);
  switch (status) {
    case 401:
    case 403:
      return {ErrorKind::unauthorized,
              fmt::format("{} wants a key: {}. Set HEARTH_API_KEY.", url, reason)};
    case 404:
      return {ErrorKind::not_found,
              fmt::format("{} answered 404: {}. Is this the address of a server with the Messages "
                          "API, and does it have this model (--model)?",
                          url, reason)};
    case 429: return {ErrorKind::rate_limited, fmt::format("{} is busy: {}", url, reason)};
    case 503:
    case 529: return {ErrorKind::overloaded, fmt::format("{} is not ready: {}", url, reason)};
    default:
      return {status >= 500 ? ErrorKind::unavailable : ErrorKind::invalid_request,
              fmt::format("{} answered {}: {}", url, status, reason)};
  }
}

struct Transfer {
  std::size_t id = 0;
  std::string body;
  CURL* handle = nullptr;
  int attempt = 0;
  Clock::time_point start_at;  ///< when a repeated attempt is due
  bool running = false;
  bool answered = false;
  std::unique_ptr<wire::MessagesEventDecoder> decoder;
  std::string error_body;
  std::vector<chat::Event> events;
};

/// As the server's router decided; empty where it does not tell.
std::string route_of(const Transfer& transfer) {
  curl_header* header = nullptr;
  const CURLHcode code =
      curl_easy_header(transfer.handle, "hearth-route", 0, CURLH_HEADER, -1, &header);
  return code == CURLHE_OK ? header->value : std::string();
}

std::size_t on_bytes(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  long status = 0;
  curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) {
    transfer.error_body.append(
        data,
        std::min(size, max_error_body - std::min(max_error_body, transfer.error_body.size())));
    return size;
  }
  for (chat::Event& event : transfer.decoder->feed({data, size})) {
    transfer.answered = true;
    if (auto* started = std::get_if<chat::Started>(&event)) started->server = route_of(transfer);
    transfer.events.push_back(std::move(event));
  }
  return size;
}

void set_up_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(code);
}

}  // namespace

struct Streams::State {
  std::string url;
  HeaderList headers;
  CURLM* multi = nullptr;
  std::size_t next_id = 0;
  std::map<std::size_t, std::unique_ptr<Transfer>> transfers;

  void begin(Transfer& transfer) {
    transfer.decoder = std::make_unique<wire::MessagesEventDecoder>();
    transfer.error_body.clear();
    transfer.handle = curl_easy_init();
    curl_easy_setopt(transfer.handle, CURLOPT_URL, (url + "/v1/messages").c_str());
    curl_easy_setopt(transfer.handle, CURLOPT_HTTPHEADER, headers.list);
    curl_easy_setopt(transfer.handle, CURLOPT_POSTFIELDS, transfer.body.c_str());
    curl_easy_setopt(transfer.handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(transfer.body.size()));
    curl_easy_setopt(transfer.handle, CURLOPT_WRITEFUNCTION, &on_bytes);
    curl_easy_setopt(transfer.handle, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(transfer.handle, CURLOPT_PRIVATE, &transfer);
    curl_easy_setopt(transfer.handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(transfer.handle, CURLOPT_CONNECTTIMEOUT, 10L);
    // A server that reads a long prompt sends pings; one that sends nothing at all is gone.
    curl_easy_setopt(transfer.handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(transfer.handle, CURLOPT_LOW_SPEED_TIME, 900L);
    curl_multi_add_handle(multi, transfer.handle);
    transfer.running = true;
  }

  void end(Transfer& transfer) {
    if (transfer.handle != nullptr) {
      curl_multi_remove_handle(multi, transfer.handle);
      curl_easy_cleanup(transfer.handle);
    }
    transfer.handle = nullptr;
    transfer.running = false;
  }

  /// A transfer's connection has ended: repeats it, or adds the events that are still due.
  void settle(Transfer& transfer, CURLcode code) {
    long status = 0;
    curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
    end(transfer);
    const bool refused = status == 0 || status == 429 || status == 503 || status == 529;
    if (refused && !transfer.answered && transfer.attempt + 1 < max_attempts) {
      ++transfer.attempt;
      transfer.start_at = Clock::now() + std::chrono::milliseconds(300 << transfer.attempt);
      return;
    }
    if (status == 0) {
      transfer.events.emplace_back(chat::Failed{
          {ErrorKind::unavailable,
           fmt::format("no answer from {}: {}. Start a server there with `hearth serve`, or name "
                       "another with --server.",
                       url, curl_easy_strerror(code))}});
    } else if (status != 200) {
      transfer.events.emplace_back(chat::Failed{error_of_status(status, transfer.error_body, url)});
    } else {
      for (chat::Event& event : transfer.decoder->finish()) {
        transfer.events.push_back(std::move(event));
      }
    }
  }
};

Streams::Streams(std::string url, std::string key) : state_(std::make_unique<State>()) {
  set_up_once();
  state_->url = std::move(url);
  state_->headers.add("content-type: application/json");
  state_->headers.add("expect:");
  add_common_headers(state_->headers, key);
  state_->multi = curl_multi_init();
}

Streams::~Streams() {
  cancel_all();
  curl_multi_cleanup(state_->multi);
}

std::size_t Streams::start(const chat::Request& request) {
  auto transfer = std::make_unique<Transfer>();
  transfer->id = state_->next_id++;
  chat::Request streaming = request;
  streaming.stream = true;
  transfer->body = to_json(json::value(wire::encode_messages_request(streaming)));
  state_->begin(*transfer);
  const std::size_t id = transfer->id;
  state_->transfers.emplace(id, std::move(transfer));
  return id;
}

void Streams::cancel(std::size_t id) {
  const auto it = state_->transfers.find(id);
  if (it == state_->transfers.end()) return;
  state_->end(*it->second);
  state_->transfers.erase(it);
}

void Streams::cancel_all() {
  for (auto& [id, transfer] : state_->transfers) state_->end(*transfer);
  state_->transfers.clear();
}

std::size_t Streams::active() const {
  return state_->transfers.size();
}

void Streams::poll(std::chrono::milliseconds wait, const OnEvent& on_event) {
  for (auto& [id, transfer] : state_->transfers) {
    if (!transfer->running && transfer->attempt > 0 && Clock::now() >= transfer->start_at) {
      state_->begin(*transfer);
    }
  }
  int running = 0;
  curl_multi_poll(state_->multi, nullptr, 0, static_cast<int>(wait.count()), nullptr);
  curl_multi_perform(state_->multi, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(state_->multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    state_->settle(*transfer, code);
  }
  // The caller may start and cancel requests while it is told: nothing is held across the call.
  std::vector<std::pair<std::size_t, chat::Event>> events;
  for (auto& [id, transfer] : state_->transfers) {
    for (chat::Event& event : transfer->events) events.emplace_back(id, std::move(event));
    transfer->events.clear();
  }
  for (const auto& [id, event] : events) {
    if (!state_->transfers.contains(id)) continue;
    const bool last = std::holds_alternative<chat::Finished>(event) ||
                      std::holds_alternative<chat::Failed>(event);
    if (last) cancel(id);
    on_event(id, event);
  }
}

Result<Answer> complete(const Server& server, const chat::Request& request,
                        const std::stop_token& stop,
                        const std::function<void(const chat::Event&)>& on_event) {
  Streams streams(server.url, server.key);
  streams.start(request);
  Answer answer;
  std::optional<Error> error;
  while (streams.active() > 0) {
    if (stop.stop_requested()) return fail(ErrorKind::cancelled, "interrupted");
    streams.poll(std::chrono::milliseconds(50), [&](std::size_t, const chat::Event& event) {
      if (const auto* failed = std::get_if<chat::Failed>(&event)) error = failed->error;
      answer.add(event);
      if (on_event) on_event(event);
    });
  }
  if (error) return std::unexpected(std::move(*error));
  return answer;
}

bool is_too_long(const Error& error) {
  return error.message.find("prompt is too long") != std::string::npos;
}

namespace {

/// `body`: null for GET.
Result<HttpReply> transfer(const Server& server, const std::string& path, const std::string* body,
                           std::chrono::milliseconds timeout) {
  set_up_once();
  HttpReply reply;
  HeaderList headers;
  add_common_headers(headers, server.key);
  if (body != nullptr) headers.add("content-type: application/json");
  CURL* handle = curl_easy_init();
  const auto append = [](char* data, std::size_t, std::size_t size, void* user) -> std::size_t {
    static_cast<std::string*>(user)->append(data, size);
    return size;
  };
  std::size_t (*writer)(char*, std::size_t, std::size_t, void*) = append;
  curl_easy_setopt(handle, CURLOPT_URL, (server.url + path).c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, writer);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  if (body != nullptr) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body->c_str());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body->size()));
  }
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  const CURLcode code = curl_easy_perform(handle);
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply.status);
  curl_easy_cleanup(handle);
  if (code != CURLE_OK) {
    return fail(code == CURLE_OPERATION_TIMEDOUT ? ErrorKind::timeout : ErrorKind::unavailable,
                fmt::format("no answer from {}: {}", server.url, curl_easy_strerror(code)));
  }
  return reply;
}

}  // namespace

Result<HttpReply> http_get(const Server& server, const std::string& path,
                           std::chrono::milliseconds timeout) {
  return transfer(server, path, nullptr, timeout);
}

Result<HttpReply> http_post(const Server& server, const std::string& path, const std::string& body,
                            std::chrono::milliseconds timeout) {
  return transfer(server, path, &body, timeout);
}

}  // namespace hearth::agent
