#include "hearth/provider/remote.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "loopback_server.h"
#include "remote_calls.h"

#include "hearth/base/clock.h"

namespace hearth::provider {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

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
