#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "loopback_server.h"
#include "remote_calls.h"

#include "hearth/base/clock.h"
#include "hearth/provider/remote.h"

namespace hearth::provider {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

struct StatusCase {
  std::string response;
  ErrorKind kind;
  std::string words;
};

TEST(RemoteFailures, StatusesBecomeErrorsWithTheServersWords) {
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

TEST(RemoteFailures, ARefusedConnectionSaysWhatToDo) {
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

TEST(RemoteFailures, AUrlsSecretsAreNotShown) {
  const Error error = error_of(answer(settings_for("http://user:pw@127.0.0.1:1/x?key=k123")));
  EXPECT_THAT(error.message, HasSubstr("http://127.0.0.1:1/x"));
  EXPECT_THAT(error.message, Not(HasSubstr("pw")));
  EXPECT_THAT(error.message, Not(HasSubstr("k123")));
}

TEST(RemoteFailures, AStreamThatBreaksOffIsAFailure) {
  LoopbackServer server([](const std::string&, LoopbackServer::Connection& connection) {
    connection.send(std::string(stream_head) + chat_stream.substr(0, 120));
    return false;
  });
  const auto events = answer(settings_for(server.url("/v1/chat/completions")));
  EXPECT_EQ(error_of(events).kind, ErrorKind::unavailable);
  EXPECT_THAT(error_of(events).message, HasSubstr("mid-stream"));
}

TEST(RemoteFailures, AChunkedStreamThatBreaksOffIsAFailure) {
  LoopbackServer server([](const std::string&, LoopbackServer::Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndata:\r\n");
    return false;
  });
  const auto events = answer(settings_for(server.url("/v1/chat/completions")));
  EXPECT_EQ(error_of(events).kind, ErrorKind::unavailable);
  EXPECT_THAT(error_of(events).message, HasSubstr("mid-stream"));
}

TEST(RemoteFailures, SilenceEndsInATimeout) {
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

TEST(RemoteFailures, AKeyWithALineEndInItIsRefusedAndOneAtItsEndIsCut) {
  RemoteSettings settings = settings_for("http://127.0.0.1:1/");
  settings.api_key = "a\r\nx-evil: 1";
  EXPECT_EQ(error_of(answer(settings)).kind, ErrorKind::config);
  settings.api_key = "a\n";
  EXPECT_EQ(error_of(answer(settings)).kind, ErrorKind::unavailable);
}

TEST(RemoteFailures, AUrlWithAnotherSchemeIsNotFollowed) {
  EXPECT_EQ(error_of(answer(settings_for("file:///etc/hostname"))).kind, ErrorKind::config);
}

TEST(RemoteFailures, ARequestForAServersOwnToolsIsRefusedWhereThereAreNone) {
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

TEST(RemoteFailures, APromptThatIsTooLongBeginsWithTheseWords) {
  LoopbackServer server([](const std::string&, LoopbackServer::Connection& connection) {
    connection.send(response(
        500, R"({"error":{"message":"maximum context length is 4096, you sent 5000 sk-secret"}})"));
    return false;
  });
  const Error error = error_of(answer(settings_for(server.url("/v1/chat/completions"))));
  EXPECT_EQ(error.kind, ErrorKind::invalid_request);
  EXPECT_EQ(error.message, "prompt is too long: 5000 tokens > 4096 maximum (far)");
}

TEST(RemoteFailures, RetryAfterIsReadAsSecondsAndAsADate) {
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

}  // namespace
}  // namespace hearth::provider
