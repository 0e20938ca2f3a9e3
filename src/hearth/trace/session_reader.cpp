#include "hearth/trace/session_reader.h"

#include <fmt/format.h>
#include <system_error>
#include <zlib.h>

#include <algorithm>
#include <memory>

#include "hearth/base/json.h"

namespace hearth::trace {
namespace {

namespace fs = std::filesystem;

/// More than any trace has; a bomb is none.
constexpr std::size_t most_bytes = std::size_t{2} << 30;
constexpr int deepest = 8;

std::unexpected<Error> wrong(const std::string& name, const std::string& where,
                             std::string_view expected) {
  return fail(ErrorKind::invalid_request, fmt::format("{}: {}: {}", name, where, expected));
}

/// A plain file comes through zlib as it is.
Result<std::string> read_whole(const fs::path& path) {
  struct Close {
    void operator()(gzFile_s* file) const { gzclose(file); }
  };
  const std::unique_ptr<gzFile_s, Close> file(gzopen(path.c_str(), "rb"));
  if (!file) {
    return fail(ErrorKind::not_found, fmt::format("{} cannot be opened", path.string()));
  }
  std::string content;
  std::vector<char> piece(std::size_t{1} << 20);
  for (;;) {
    const int got = gzread(file.get(), piece.data(), static_cast<unsigned>(piece.size()));
    if (got < 0) {
      int code = 0;
      return fail(ErrorKind::io,
                  fmt::format("{} cannot be read: {}", path.string(), gzerror(file.get(), &code)));
    }
    if (got == 0) break;
    content.append(piece.data(), static_cast<std::size_t>(got));
    if (content.size() > most_bytes) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("{} is larger than any trace", path.string()));
    }
  }
  // A file that is cut off ends like a whole one, but for this.
  int code = Z_OK;
  gzerror(file.get(), &code);
  if (code == Z_BUF_ERROR) {
    return fail(ErrorKind::io, fmt::format("{} is cut off", path.string()));
  }
  return content;
}

class Parser {
 public:
  Parser(const std::string& name, Session& session) : name_(name), session_(session) {}

  Result<void> requests(const json::array& list, const std::string& where, double start,
                        const std::string& agent, int depth) {
    if (depth > deepest) return wrong(name_, where, "sub-agents are nested too deep");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string here = fmt::format("{}[{}]", where, i);
      if (!list[i].is_object()) return wrong(name_, here, "expected an object");
      if (auto done = entry(list[i].get_object(), here, start, agent, depth); !done) return done;
    }
    return {};
  }

 private:
  Result<void> entry(const json::object& fields, const std::string& where, double start,
                     const std::string& agent, int depth) {
    const auto seconds = find_number(fields, "t");
    if (!seconds) return wrong(name_, where + ".t", "expected seconds");
    if (find_string(fields, "type") == "subagent") {
      const auto* nested = find_array(fields, "requests");
      if (nested == nullptr) return wrong(name_, where + ".requests", "expected an array");
      const std::string id(find_string(fields, "agent_id").value_or(where));
      return requests(*nested, where + ".requests", start + *seconds, id, depth + 1);
    }
    return request(fields, where, start + *seconds, agent);
  }

  Result<void> request(const json::object& fields, const std::string& where, double seconds,
                       const std::string& agent) {
    Request request;
    request.seconds = seconds;
    request.agent = agent;
    request.api_seconds = std::max(find_number(fields, "api_time").value_or(0), 0.0);
    request.model = find_string(fields, "model").value_or("");
    const auto n_prompt = find_int(fields, "in");
    if (!n_prompt || *n_prompt < 0) return wrong(name_, where + ".in", "expected a token count");
    request.output_tokens = std::max<std::int64_t>(find_int(fields, "out").value_or(0), 0);
    request.reused_tokens = find_int(fields, "reused").value_or(-1);
    const auto* ids = find_array(fields, "hash_ids");
    if (ids == nullptr) return wrong(name_, where + ".hash_ids", "expected an array of block ids");
    request.blocks.reserve(ids->size());
    for (const json::value& id : *ids) {
      if (id.is_int64()) {
        request.blocks.push_back(id.get_int64());
      } else {
        return wrong(name_, where + ".hash_ids", "expected whole numbers");
      }
    }
    const auto whole = static_cast<std::int64_t>(request.blocks.size()) * session_.block_tokens;
    request.prompt_tokens = std::max(*n_prompt, whole);
    session_.requests.push_back(std::move(request));
    return {};
  }

  const std::string& name_;
  Session& session_;
};

bool is_session_file(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".json") || name.ends_with(".json.gz");
}

}  // namespace

Result<Session> parse_session(std::string_view text, const std::string& name) {
  auto value = parse_json(text);
  if (!value) {
    return fail(ErrorKind::invalid_request, fmt::format("{}: {}", name, value.error().message));
  }
  if (!value->is_object()) return wrong(name, "top", "expected an object with `requests`");
  const json::object& fields = value->get_object();
  Session session;
  session.name = name;
  const auto block = find_int(fields, "block_size").value_or(64);
  if (block < 1 || block > 65536) return wrong(name, "block_size", "expected 1 to 65536 tokens");
  session.block_tokens = static_cast<int>(block);
  const auto* list = find_array(fields, "requests");
  if (list == nullptr) return wrong(name, "requests", "expected an array");
  auto parsed = Parser(name, session).requests(*list, "requests", 0, {}, 0);
  if (!parsed) return pass_on(parsed);
  std::ranges::stable_sort(session.requests, {}, &Request::seconds);
  return session;
}

Result<Session> read_session(const fs::path& file) {
  auto content = read_whole(file);
  if (!content) return pass_on(content);
  return parse_session(*content, file.filename().string());
}

Result<std::vector<Session>> read_sessions(const fs::path& path) {
  std::vector<fs::path> files;
  std::error_code ec;
  if (!fs::is_directory(path, ec)) {
    files.push_back(path);
  } else {
    for (fs::directory_iterator it(path, ec), end; !ec && it != end; it.increment(ec)) {
      if (is_session_file(it->path())) files.push_back(it->path());
    }
    if (ec) {
      return fail(ErrorKind::io,
                  fmt::format("{} cannot be listed: {}", path.string(), ec.message()));
    }
  }
  std::ranges::sort(files);
  std::vector<Session> sessions;
  for (const fs::path& file : files) {
    auto session = read_session(file);
    if (!session) return pass_on(session);
    sessions.push_back(std::move(*session));
  }
  if (sessions.empty()) {
    return fail(ErrorKind::not_found,
                fmt::format("{} holds no traces (*.json, *.json.gz)", path.string()));
  }
  return sessions;
}

}  // namespace hearth::trace
