#include "hearth/provider/remote.h"

#include <boost/asio/executor_work_guard.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "loopback_server.h"

#include "hearth/base/clock.h"

namespace hearth::provider {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// The events of one answer, gathered until it ends.
class Gathered {
 public:
  chat::EventSink sink() {
    return [this](chat::Event event) {
      const std::lock_guard lock(mutex_);
      ended_ = ended_ || std::holds_alternative<chat::Finished>(event) ||
               std::holds_alternative<chat::Failed>(event);
      events_.push_back(std::move(event));
      changed_.notify_all();
    };
  }
  std::vector<chat::Event> wait() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 10s, [this] { return ended_; })) << "no end came";
    return events_;
  }
  bool wait_for_text() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [this] {
      return !events_.empty() && std::holds_alternative<chat::TextDelta>(events_.back());
    });
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return events_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<chat::Event> events_;
  bool ended_ = false;
};

/// A loop, and the thread that runs it.
struct RunningLoop {
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work =
      boost::asio::make_work_guard(io);
  CurlLoop loop{io};
  std::thread thread{[this] { io.run(); }};

  RunningLoop() = default;
  RunningLoop(const RunningLoop&) = delete;
  RunningLoop& operator=(const RunningLoop&) = delete;
  ~RunningLoop() {
    io.stop();
    thread.join();
    loop.close();
  }
};

chat::Request hello() {
  chat::Request request;
  request.model = "m";
  request.messages.push_back({chat::Role::user, {chat::TextBlock{"hi", {}}}});
  return request;
}

RemoteSettings settings_for(std::string url,
                            router::ProviderKind kind = router::ProviderKind::openai) {
  RemoteSettings settings;
  settings.name = "far";
  settings.kind = kind;
  settings.url = std::move(url);
  settings.api_key = "sk-secret";
  settings.models = {"m"};
  settings.silence_timeout = 5000ms;
  return settings;
}

std::vector<chat::Event> answer(RemoteSettings settings, chat::Request request = hello()) {
  RunningLoop running;
  RemoteProvider provider(std::move(settings), running.loop);
  Gathered gathered;
  const auto call = provider.start(std::move(request), gathered.sink());
  return gathered.wait();
}

Error error_of(const std::vector<chat::Event>& events) {
  if (events.empty()) return {ErrorKind::internal, "no event"};
  const auto* failed = std::get_if<chat::Failed>(&events.back());
  return failed == nullptr ? Error{ErrorKind::internal, "no failure"} : failed->error;
}

std::string text_of(const std::vector<chat::Event>& events) {
  std::string text;
  for (const chat::Event& event : events) {
    if (const auto* delta = std::get_if<chat::TextDelta>(&event)) text += delta->text;
  }
  return text;
}

constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

std::string response(int status, std::string_view body, std::string_view headers = "") {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) +
         "\r\n" + std::string(body);
}

const std::string chat_stream =
    "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],"
    "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n"
    "data: [DONE]\n\n";

TEST(RemoteProvider, StreamsTextFromAnOpenAiServer) {
  std::string seen;
  LoopbackServer server([&](const std::string& request, LoopbackServer::Connection& connection) {
    seen = request;
    connection.send(std::string(stream_head) + chat_stream);
    return false;
  });
  const auto events = answer(settings_for(server.url("/v1/chat/completions")));
  EXPECT_EQ(text_of(events), "Hello");
  EXPECT_TRUE(std::holds_alternative<chat::Started>(events.front()));
  EXPECT_EQ(std::get<chat::Finished>(events.back()).usage.prompt_tokens, 7);
  EXPECT_THAT(seen, HasSubstr("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("authorization: Bearer sk-secret\r\n"));
  EXPECT_THAT(seen, HasSubstr("\"stream\":true"));
  EXPECT_THAT(seen, HasSubstr("\"include_usage\":true"));
}

TEST(RemoteProvider, StreamsToolCallsFromAnAnthropicServer) {
  std::string seen;
  LoopbackServer server([&](const std::string& request, LoopbackServer::Connection& connection) {
    seen = request;
    connection.send(
        std::string(stream_head) +
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":"
        "{\"input_tokens\":4,\"output_tokens\":1}}}\n\n"
        "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":"
        "\"tool_use\",\"id\":\"t1\",\"name\":\"ls\",\"input\":{}}}\n\n"
        "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
        "\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":1}\"}}\n\n"
        "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
        "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},"
        "\"usage\":{\"output_tokens\":9}}\n\n"
        "data: {\"type\":\"message_stop\"}\n\n");
    return false;
  });
  const auto events =
      answer(settings_for(server.url("/v1/messages"), router::ProviderKind::anthropic));
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(std::get<chat::ToolCallStart>(events[1]).name, "ls");
  EXPECT_EQ(std::get<chat::ToolCallDelta>(events[2]).arguments, "{\"a\":1}");
  EXPECT_EQ(std::get<chat::Finished>(events[3]).reason, chat::StopReason::tool_use);
  EXPECT_THAT(seen, HasSubstr("x-api-key: sk-secret\r\n"));
  EXPECT_THAT(seen, HasSubstr("anthropic-version: 2023-06-01\r\n"));
}

struct StatusCase {
  std::string response;
  ErrorKind kind;
  std::string words;
};

TEST(RemoteProvider, StatusesBecomeErrorsWithTheServersWords) {
  const std::string bad_key = R"({"error":{"message":"bad key sk-secret","type":"x"}})";
  const std::string gone = R"({"error":{"message":"no model","type":"x"}})";
  const StatusCase cases[] = {
      {response(401, bad_key), ErrorKind::unauthorized, "far: bad key *** (status 401)"},
      {response(403, gone), ErrorKind::forbidden, "no model"},
      {response(404, gone), ErrorKind::not_found, "no model"},
      {response(400, gone), ErrorKind::invalid_request, "no model"},
      {response(429, gone, "Retry-After: 12\r\n"), ErrorKind::rate_limited, "retry after 12"},
      {response(500, gone), ErrorKind::unavailable, "status 500"},
      {response(502, "<html>Bad gateway</html>"), ErrorKind::unavailable, "<html>Bad gateway"},
      {response(200, "<html>A login page</html>"), ErrorKind::unavailable, "<html>A login page"},
      {response(200, ""), ErrorKind::unavailable, "empty"},
  };
  for (const StatusCase& expected : cases) {
    LoopbackServer server([&](const std::string&, LoopbackServer::Connection& connection) {
      connection.send(expected.response);
      return false;
    });
    const Error error = error_of(answer(settings_for(server.url("/v1/chat/completions"))));
    EXPECT_EQ(error.kind, expected.kind) << expected.response;
    EXPECT_THAT(error.message, HasSubstr(expected.words));
    EXPECT_THAT(error.message, Not(HasSubstr("sk-secret")));
  }
}

TEST(RemoteProvider, ARefusedConnectionSaysWhatToDo) {
  std::string url;
  {
    LoopbackServer server([](const std::string&, LoopbackServer::Connection&) { return false; });
    url = server.url("/v1/chat/completions");
  }
  const Error error = error_of(answer(settings_for(url)));
  EXPECT_EQ(error.kind, ErrorKind::unavailable);
  EXPECT_THAT(error.message, HasSubstr("could not connect to " + url));
  EXPECT_THAT(error.message, HasSubstr("start that server or correct api_base_url"));
}

TEST(RemoteProvider, AUrlsSecretsAreNotShown) {
  const Error error = error_of(answer(settings_for("http://user:pw@127.0.0.1:1/x?key=k123")));
  EXPECT_THAT(error.message, HasSubstr("http://127.0.0.1:1/x"));
  EXPECT_THAT(error.message, Not(HasSubstr("pw")));
  EXPECT_THAT(error.message, Not(HasSubstr("k123")));
}

TEST(RemoteProvider, AStreamThatBreaksOffIsAFailure) {
  LoopbackServer server([](const std::string&, LoopbackServer::Connection& connection) {
    connection.send(std::string(stream_head) + chat_stream.substr(0, 120));
    return false;
  });
  const auto events = answer(settings_for(server.url("/v1/chat/completions")));
  EXPECT_EQ(error_of(events).kind, ErrorKind::unavailable);
  EXPECT_THAT(error_of(events).message, HasSubstr("mid-stream"));
}

TEST(RemoteProvider, AChunkedStreamThatBreaksOffIsAFailure) {
  LoopbackServer server([](const std::string&, LoopbackServer::Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndata:\r\n");
    return false;
  });
  const auto events = answer(settings_for(server.url("/v1/chat/completions")));
  EXPECT_EQ(error_of(events).kind, ErrorKind::unavailable);
  EXPECT_THAT(error_of(events).message, HasSubstr("mid-stream"));
}

TEST(RemoteProvider, SilenceEndsInATimeout) {
  LoopbackServer server([](const std::string&, LoopbackServer::Connection& connection) {
    connection.send(std::string(stream_head) + chat_stream.substr(0, 120));
    connection.closed_within(5000ms);
    return false;
  });
  RemoteSettings settings = settings_for(server.url("/v1/chat/completions"));
  settings.silence_timeout = 150ms;
  const auto begin = Clock::now();
  const Error error = error_of(answer(settings));
  EXPECT_LT(ms_since(begin), 2000);
  EXPECT_EQ(error.kind, ErrorKind::timeout);
  EXPECT_THAT(error.message, HasSubstr("API_TIMEOUT_MS"));
}

TEST(RemoteProvider, DroppingACallClosesTheUpstreamConnectionWithin200Ms) {
  std::atomic<bool> closed = false;
  std::atomic<double> took_ms = 0;
  std::atomic<Clock::time_point> dropped = Clock::now();
  LoopbackServer server([&](const std::string&, LoopbackServer::Connection& connection) {
    connection.send(std::string(stream_head) + chat_stream.substr(0, 130));
    closed = connection.closed_within(5000ms);
    took_ms = ms_since(dropped);
    return false;
  });
  RunningLoop running;
  RemoteProvider provider(settings_for(server.url("/v1/chat/completions")), running.loop);
  Gathered gathered;
  auto call = provider.start(hello(), gathered.sink());
  ASSERT_TRUE(gathered.wait_for_text());
  const std::size_t events = gathered.count();
  dropped = Clock::now();
  call.reset();
  for (int i = 0; i < 200 && !closed; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(closed);
  EXPECT_LT(took_ms, 200);
  EXPECT_EQ(gathered.count(), events) << "an event came after the call was dropped";
}

TEST(RemoteProvider, ACallMayBeDroppedFromItsOwnSinkAndIsSilentFromThenOn) {
  LoopbackServer server([](const std::string&, LoopbackServer::Connection& connection) {
    connection.send(std::string(stream_head) + chat_stream);
    return false;
  });
  std::mutex mutex;
  std::condition_variable dropped;
  std::unique_ptr<Call> call;
  int events = 0;
  {
    RunningLoop running;
    RemoteProvider provider(settings_for(server.url("/v1/chat/completions")), running.loop);
    std::unique_lock lock(mutex);
    call = provider.start(hello(), [&](chat::Event) {
      const std::lock_guard inner(mutex);
      call.reset();
      ++events;
      dropped.notify_all();
    });
    EXPECT_TRUE(dropped.wait_for(lock, 5s, [&] { return events > 0; }));
  }
  EXPECT_EQ(events, 1);
}

TEST(RemoteProvider, ALineOfOneMegabyteArrives) {
  const std::string text(1 << 20, 'x');
  LoopbackServer server([&](const std::string&, LoopbackServer::Connection& connection) {
    connection.send(std::string(stream_head) + "data: {\"choices\":[{\"delta\":{\"content\":\"" +
                    text + "\"},\"finish_reason\":\"stop\"}]}\r\n\r\ndata: [DONE]\r\n\r\n");
    return false;
  });
  EXPECT_EQ(text_of(answer(settings_for(server.url("/")))), text);
}

TEST(RemoteProvider, ALargeRequestArrivesWhole) {
  std::atomic<std::size_t> size = 0;
  LoopbackServer server([&](const std::string& request, LoopbackServer::Connection& connection) {
    size = request.size();
    connection.send(std::string(stream_head) + chat_stream);
    return false;
  });
  chat::Request request = hello();
  request.messages[0].content.emplace_back(chat::TextBlock{std::string(3 << 20, 'y'), {}});
  EXPECT_EQ(text_of(answer(settings_for(server.url("/")), request)), "Hello");
  EXPECT_GT(size, 3U << 20);
}

TEST(RemoteProvider, ConnectionsAreUsedAgain) {
  LoopbackServer server([](const std::string&, LoopbackServer::Connection& connection) {
    return connection.send(response(200, chat_stream, "Content-Type: text/event-stream\r\n"));
  });
  RunningLoop running;
  RemoteProvider provider(settings_for(server.url("/")), running.loop);
  for (int i = 0; i < 3; ++i) {
    Gathered gathered;
    const auto call = provider.start(hello(), gathered.sink());
    EXPECT_EQ(text_of(gathered.wait()), "Hello");
    // The answer ends before its last bytes are taken off the connection.
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(RemoteProvider, AKeyWithALineEndInItIsRefusedAndOneAtItsEndIsCut) {
  RemoteSettings settings = settings_for("http://127.0.0.1:1/");
  settings.api_key = "a\r\nx-evil: 1";
  EXPECT_EQ(error_of(answer(settings)).kind, ErrorKind::config);
  settings.api_key = "a\n";
  EXPECT_EQ(error_of(answer(settings)).kind, ErrorKind::unavailable);
}

TEST(RemoteProvider, AUrlWithAnotherSchemeIsNotFollowed) {
  EXPECT_EQ(error_of(answer(settings_for("file:///etc/hostname"))).kind, ErrorKind::config);
}

/// What an Anthropic server gets of `request`, which it answers with `reply`.
std::string seen_by_anthropic(chat::Request request, std::string_view reply,
                              std::vector<chat::Event>* events = nullptr) {
  std::string seen;
  LoopbackServer server([&](const std::string& got, LoopbackServer::Connection& connection) {
    seen = got;
    connection.send(response(200, reply));
    return false;
  });
  auto all = answer(settings_for(server.url("/v1/messages"), router::ProviderKind::anthropic),
                    std::move(request));
  if (events != nullptr) *events = std::move(all);
  return seen;
}

TEST(RemoteProvider, WhatTheClientSwitchedOnOfItsApiGoesAlong) {
  chat::Request request = hello();
  request.extra_format = "anthropic";
  request.api_features = "context-management-2025-06-27,effort-2025-11-24";
  const char* reply = R"({"content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn",
                          "usage":{"input_tokens":4,"output_tokens":1}})";
  EXPECT_THAT(seen_by_anthropic(request, reply),
              HasSubstr("anthropic-beta: context-management-2025-06-27,effort-2025-11-24\r\n"));
  request.extra_format = "openai";
  EXPECT_THAT(seen_by_anthropic(request, reply), Not(HasSubstr("anthropic-beta")));
}

TEST(RemoteProvider, UsageThatIsNotToldIsEstimated) {
  std::vector<chat::Event> events;
  seen_by_anthropic(hello(), R"({"content":[{"type":"text","text":"Seven bytes, and some."}]})",
                    &events);
  const chat::Usage usage = std::get<chat::Finished>(events.back()).usage;
  EXPECT_TRUE(usage.estimated);
  EXPECT_GT(usage.prompt_tokens, 0);
  EXPECT_EQ(usage.output_tokens, 7);
  seen_by_anthropic(hello(), R"({"content":[{"type":"text","text":"Hi"}],
                                 "usage":{"input_tokens":4,"output_tokens":1}})",
                    &events);
  EXPECT_FALSE(std::get<chat::Finished>(events.back()).usage.estimated);
}

TEST(RemoteProvider, AnAnthropicServerCountsItsTokens) {
  std::string seen;
  LoopbackServer server([&](const std::string& got, LoopbackServer::Connection& connection) {
    seen = got;
    connection.send(response(200, R"({"input_tokens":321})"));
    return false;
  });
  RunningLoop running;
  RemoteProvider provider(settings_for(server.url("/v1/messages"), router::ProviderKind::anthropic),
                          running.loop);
  Gathered gathered;
  const auto call = provider.count_remotely(hello(), gathered.sink());
  const auto events = gathered.wait();
  EXPECT_EQ(std::get<chat::Finished>(events.back()).usage.prompt_tokens, 321);
  EXPECT_THAT(seen, HasSubstr("POST /v1/messages/count_tokens HTTP/1.1\r\n"));
  EXPECT_THAT(seen, Not(HasSubstr("max_tokens")));
}

TEST(RemoteProvider, AServerOfAnotherFormatIsNotAskedToCount) {
  RunningLoop running;
  RemoteProvider provider(settings_for("http://127.0.0.1:1/v1/chat/completions"), running.loop);
  Gathered gathered;
  const auto call = provider.count_remotely(hello(), gathered.sink());
  EXPECT_EQ(error_of(gathered.wait()).kind, ErrorKind::invalid_request);
}

TEST(RemoteProvider, ARequestForAServersOwnToolsIsRefusedWhereThereAreNone) {
  chat::Request request = hello();
  request.extra_format = "anthropic";
  chat::Tool search;
  search.name = "web_search";
  search.type = "web_search_20250305";
  request.tools.push_back(search);
  for (const auto kind : {router::ProviderKind::openai, router::ProviderKind::gemini}) {
    const Error error = error_of(answer(settings_for("http://127.0.0.1:1/", kind), request));
    EXPECT_EQ(error.kind, ErrorKind::invalid_request);
    EXPECT_THAT(error.message, HasSubstr("web_search_20250305"));
    EXPECT_THAT(error.message, HasSubstr("Router.webSearch"));
  }
  // The route was made for it: the model searches by itself.
  request.may_lack_server_tools = true;
  EXPECT_EQ(error_of(answer(settings_for("http://127.0.0.1:1/"), request)).kind,
            ErrorKind::unavailable);
}

TEST(RemoteProvider, APromptThatIsTooLongBeginsWithTheseWords) {
  LoopbackServer server([](const std::string&, LoopbackServer::Connection& connection) {
    connection.send(response(
        500, R"({"error":{"message":"maximum context length is 4096, you sent 5000 sk-secret"}})"));
    return false;
  });
  const Error error = error_of(answer(settings_for(server.url("/v1/chat/completions"))));
  EXPECT_EQ(error.kind, ErrorKind::invalid_request);
  EXPECT_EQ(error.message, "prompt is too long: 5000 tokens > 4096 maximum (far)");
}

TEST(RemoteProvider, RetryAfterIsReadAsSecondsAndAsADate) {
  const auto told = [](const std::string& header) {
    LoopbackServer server([&](const std::string&, LoopbackServer::Connection& connection) {
      connection.send(response(429, "{}", "Retry-After: " + header + "\r\n"));
      return false;
    });
    return error_of(answer(settings_for(server.url("/")))).retry_after;
  };
  EXPECT_EQ(told("17"), 17s);
  const auto far_off = told("Fri, 31 Dec 2100 23:59:59 GMT");
  ASSERT_TRUE(far_off);
  EXPECT_GT(*far_off, std::chrono::hours(24));
}

TEST(RemoteProvider, ACompressedAnswerIsUnderstoodAndNotAskedFor) {
  // `{"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}` in gzip.
  const unsigned char compressed[] = {
      0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x0d, 0xc9, 0xc1, 0x0d, 0x80,
      0x30, 0x08, 0x05, 0xd0, 0x5d, 0xfe, 0xd9, 0x09, 0x3a, 0x81, 0x3b, 0x18, 0x63, 0x1a, 0x82,
      0x96, 0xa4, 0x82, 0x11, 0x6e, 0x84, 0xdd, 0xf5, 0x5d, 0x5f, 0x82, 0x86, 0x09, 0xb1, 0xa3,
      0x6d, 0x89, 0x9b, 0xdd, 0xfb, 0xc5, 0x68, 0x09, 0x32, 0x0d, 0xd6, 0x40, 0xc3, 0xca, 0x73,
      0x1a, 0x6a, 0xc1, 0x29, 0x2a, 0x3e, 0x8e, 0x97, 0xbb, 0x9b, 0xfe, 0xe1, 0x61, 0x0f, 0x6a,
      0xaf, 0x0f, 0x63, 0xd5, 0x39, 0xa4, 0x44, 0x00, 0x00, 0x00};
  std::string seen;
  LoopbackServer server([&](const std::string& got, LoopbackServer::Connection& connection) {
    seen = got;
    connection.send(response(200, {reinterpret_cast<const char*>(compressed), sizeof compressed},
                             "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"));
    return false;
  });
  EXPECT_EQ(text_of(answer(settings_for(server.url("/")))), "Hello");
  EXPECT_THAT(seen, HasSubstr("Accept-Encoding: identity\r\n"));
}

TEST(RemoteProvider, TakesItsSettingsFromTheConfiguration) {
  const auto config = router::parse_config(
      "{Providers:[{name:'p',api_base_url:'http://h/v1/messages',api_key:'k',models:['a']}],"
      "API_TIMEOUT_MS:1234,PROXY_URL:'http://proxy:1'}",
      "test", [](const std::string&) { return std::nullopt; });
  const RemoteSettings settings = remote_settings(config->providers.at(0), *config);
  EXPECT_EQ(settings.kind, router::ProviderKind::anthropic);
  EXPECT_EQ(settings.silence_timeout, 1234ms);
  EXPECT_EQ(settings.proxy, "http://proxy:1");
}

}  // namespace
}  // namespace hearth::provider
