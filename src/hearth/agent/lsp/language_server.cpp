#include "hearth/agent/lsp/language_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "hearth/agent/spawn.h"
#include "hearth/base/clock.h"
#include "hearth/base/file_uri.h"
#include "hearth/base/json.h"

namespace hearth::agent {
namespace {

constexpr std::size_t longest_message = std::size_t{32} << 20;
constexpr std::chrono::seconds send_patience{1};

/// The length of the message whose head `bytes` begin with, and where it begins; nothing if the
/// head is not whole, 0 if it makes no sense.
std::optional<std::pair<std::size_t, std::size_t>> head_of_message(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  constexpr std::string_view name = "Content-Length:";
  const std::size_t at = bytes.substr(0, end).find(name);
  std::size_t length = 0;
  if (at != std::string_view::npos) {
    std::size_t begin = at + name.size();
    while (begin < end && bytes[begin] == ' ') ++begin;
    std::from_chars(bytes.data() + begin, bytes.data() + end, length);
  }
  return std::pair(length, end + 4);
}

}  // namespace

struct LanguageServer::State {
  pid_t pid = -1;
  int in = -1;   ///< its standard input
  int out = -1;  ///< its standard output
  std::filesystem::path folder;
  std::jthread reader;
  std::mutex sending;  ///< never taken while `mutex` is held
  std::mutex mutex;
  std::condition_variable arrived;
  bool ready = false;  ///< it has answered `initialize`
  bool gone = false;
  std::map<std::string, int> versions;  ///< of the files that are open, by URI
  struct Published {
    int version = -1;
    std::uint64_t count = 0;
    std::vector<Diagnostic> diagnostics;
  };
  std::map<std::string, Published> published;

  /// One that takes no more input until `deadline` is done without from here on.
  /// REQUIRES: `mutex` is not held: the server may have to be read first.
  void send(json::object message, Clock::time_point deadline) {
    message["jsonrpc"] = "2.0";
    const std::string body = to_json(json::value(std::move(message)));
    const std::string whole = fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
    const std::lock_guard one_at_a_time(sending);
    std::string_view rest = whole;
    while (!rest.empty()) {
      const ssize_t written = ::write(in, rest.data(), rest.size());
      if (written > 0) {
        rest.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno == EAGAIN && Clock::now() < deadline) {
        pollfd waiting{in, POLLOUT, 0};
        constexpr int look_up_ms = 50;
        ::poll(&waiting, 1, look_up_ms);
      } else if (errno != EINTR) {
        // Half a message is no beginning for the next.
        const std::lock_guard lock(mutex);
        gone = true;
        arrived.notify_all();
        return;
      }
    }
  }

  void read() {
    std::string bytes;
    std::array<char, 65536> buffer{};
    ssize_t got = 0;
    while ((got = ::read(out, buffer.data(), buffer.size())) > 0) {
      bytes.append(buffer.data(), static_cast<std::size_t>(got));
      while (const auto head = head_of_message(bytes)) {
        const auto [length, begin] = *head;
        if (length == 0 || length > longest_message) {
          got = 0;
          break;
        }
        if (bytes.size() < begin + length) break;
        const auto message = parse_json(std::string_view(bytes).substr(begin, length));
        if (message && message->is_object()) take(message->get_object());
        bytes.erase(0, begin + length);
      }
      if (got == 0 || bytes.size() > longest_message) break;
    }
    const std::lock_guard lock(mutex);
    gone = true;
    arrived.notify_all();
  }

  void take(const json::object& message) {
    const auto method = find_string(message, "method");
    const json::value* id = find(message, "id");
    if (method && id != nullptr) {
      answer(*method, *id, message);
    } else if (method == "textDocument/publishDiagnostics") {
      if (const json::object* parameters = find_object(message, "params")) publish(*parameters);
    } else if (!method && id != nullptr && id->is_int64() && id->get_int64() == 1) {
      const std::lock_guard lock(mutex);
      ready = true;
      arrived.notify_all();
    }
  }

  /// Servers ask for settings and the like; there are none.
  void answer(std::string_view method, const json::value& id, const json::object& message) {
    json::value result;
    if (method == "workspace/configuration") {
      const json::object* parameters = find_object(message, "params");
      const json::array* items = parameters == nullptr ? nullptr : find_array(*parameters, "items");
      result = json::array(items == nullptr ? 0 : items->size(), json::value());
    }
    send({{"id", id}, {"result", std::move(result)}}, Clock::now() + send_patience);
  }

  void publish(const json::object& parameters) {
    Published found;
    found.version = static_cast<int>(find_int(parameters, "version").value_or(-1));
    if (const json::array* list = find_array(parameters, "diagnostics")) {
      for (const json::value& item : *list) {
        const json::object* object = item.if_object();
        const json::object* range = object == nullptr ? nullptr : find_object(*object, "range");
        const json::object* start = range == nullptr ? nullptr : find_object(*range, "start");
        if (start == nullptr) continue;
        constexpr std::int64_t error = 1;
        found.diagnostics.push_back(
            {.line = static_cast<int>(find_int(*start, "line").value_or(0)) + 1,
             .message = std::string(find_string(*object, "message").value_or("")),
             .is_error = find_int(*object, "severity").value_or(error) == error});
      }
    }
    const std::lock_guard lock(mutex);
    Published& kept = published[std::string(find_string(parameters, "uri").value_or(""))];
    found.count = kept.count + 1;
    kept = std::move(found);
    arrived.notify_all();
  }
};

LanguageServer::LanguageServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<LanguageServer>> LanguageServer::start(const std::vector<std::string>& words,
                                                              const std::filesystem::path& folder) {
  std::array<int, 2> in{-1, -1};
  std::array<int, 2> out{-1, -1};
  if (::pipe2(in.data(), O_CLOEXEC) != 0) return fail(ErrorKind::io, "no pipe could be made");
  if (::pipe2(out.data(), O_CLOEXEC) != 0) {
    ::close(in[0]);
    ::close(in[1]);
    return fail(ErrorKind::io, "no pipe could be made");
  }
  const auto pid = spawn({.words = words, .folder = folder}, {.in = in[0], .out = out[1]});
  ::close(in[0]);
  ::close(out[1]);
  if (!pid) {
    ::close(in[1]);
    ::close(out[0]);
    return std::unexpected(pid.error());
  }
  auto state = std::make_unique<State>();
  state->pid = *pid;
  state->in = in[1];
  state->out = out[0];
  ::fcntl(state->in, F_SETFL, O_NONBLOCK);
  state->folder = folder;
  state->reader = std::jthread([raw = state.get()] { raw->read(); });
  const std::string root = file_uri(folder);
  state->send({{"id", 1},
               {"method", "initialize"},
               {"params",
                json::object{
                    // Another namespace does not know our number.
                    {"processId", nullptr},
                    {"rootUri", root},
                    {"workspaceFolders", json::array{json::object{
                                             {"uri", root}, {"name", folder.filename().string()}}}},
                    {"capabilities",
                     json::object{{"textDocument",
                                   json::object{{"publishDiagnostics",
                                                 json::object{{"versionSupport", true}}}}}}}}}},
              Clock::now() + send_patience);
  return std::unique_ptr<LanguageServer>(new LanguageServer(std::move(state)));
}

LanguageServer::~LanguageServer() {
  // It is asked for nothing more, and has nothing to save.
  ::kill(-state_->pid, SIGKILL);
  int status = 0;
  ::waitpid(state_->pid, &status, 0);
  state_->reader.join();
  ::close(state_->in);
  ::close(state_->out);
}

bool LanguageServer::gone() const {
  const std::lock_guard lock(state_->mutex);
  return state_->gone;
}

std::vector<Diagnostic> LanguageServer::diagnose(const std::filesystem::path& file,
                                                 std::string_view language,
                                                 const std::string& content,
                                                 std::chrono::milliseconds patience,
                                                 const std::stop_token& stop) {
  State& state = *state_;
  const auto deadline = Clock::now() + patience;
  std::unique_lock lock(state.mutex);
  const auto wait_for = [&](auto holds) {
    while (!holds() && !state.gone && Clock::now() < deadline && !stop.stop_requested()) {
      constexpr std::chrono::milliseconds look_up{50};
      state.arrived.wait_for(lock, look_up);
    }
    return holds();
  };
  if (!wait_for([&] { return state.ready; })) return {};
  const std::string uri = file_uri(file);
  const std::uint64_t before = state.published[uri].count;
  const int version = ++state.versions[uri];
  const bool first_of_all = version == 1 && state.versions.size() == 1;
  lock.unlock();
  if (version == 1) {
    if (first_of_all) {
      state.send({{"method", "initialized"}, {"params", json::object{}}}, deadline);
    }
    state.send({{"method", "textDocument/didOpen"},
                {"params", json::object{{"textDocument", json::object{{"uri", uri},
                                                                      {"languageId", language},
                                                                      {"version", version},
                                                                      {"text", content}}}}}},
               deadline);
  } else {
    state.send({{"method", "textDocument/didChange"},
                {"params",
                 json::object{{"textDocument", json::object{{"uri", uri}, {"version", version}}},
                              {"contentChanges", json::array{json::object{{"text", content}}}}}}},
               deadline);
  }
  state.send({{"method", "textDocument/didSave"},
              {"params", json::object{{"textDocument", json::object{{"uri", uri}}}}}},
             deadline);
  lock.lock();
  const auto fresh = [&] {
    const State::Published& found = state.published[uri];
    return found.count > before && (found.version < 0 || found.version >= version);
  };
  if (!wait_for(fresh)) return {};
  return state.published[uri].diagnostics;
}

}  // namespace hearth::agent
