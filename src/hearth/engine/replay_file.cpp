// The format: 16 bytes that name it, then records: u32 length and u64 XXH3 of what follows, then
// the fields of Replay, numbers as they lie in memory, texts and tokens behind a u32 of their
// count.

#include "hearth/engine/replay_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <span>
#include <string_view>

#include <xxhash.h>

#include "hearth/base/file.h"
#include "hearth/base/log.h"

namespace hearth::engine {
namespace {

constexpr std::string_view magic = "hearth replay 1\n";
static_assert(magic.size() == 16);

template <class T>
void put(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void put(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

void put(std::string& out, const std::vector<Token>& tokens) {
  put(out, static_cast<std::uint32_t>(tokens.size()));
  out.append(reinterpret_cast<const char*>(tokens.data()), tokens.size() * sizeof(Token));
}

std::string record_of(const Replay& replay) {
  std::string fields;
  put(fields, std::string_view(replay.key));
  put(fields, replay.n_prompt);
  put(fields, replay.prompt_hash);
  put(fields, replay.sampled);
  put(fields, std::string_view(replay.thinking));
  put(fields, replay.n_turns);
  std::string record;
  put(record, static_cast<std::uint32_t>(fields.size()));
  put(record, static_cast<std::uint64_t>(XXH3_64bits(fields.data(), fields.size())));
  return record + fields;
}

/// Takes values off the front; `failed` once there is less than was asked for.
struct Reader {
  std::string_view left;
  bool failed = false;

  std::string_view bytes(std::size_t n) {
    if (n > left.size()) {
      failed = true;
      left = {};
      return {};
    }
    const std::string_view taken = left.substr(0, n);
    left.remove_prefix(n);
    return taken;
  }
  template <class T>
  T number() {
    T value{};
    const std::string_view taken = bytes(sizeof(value));
    std::ranges::copy(taken, reinterpret_cast<char*>(&value));
    return value;
  }
  std::string text() { return std::string(bytes(number<std::uint32_t>())); }
  std::vector<Token> tokens() {
    const std::string_view taken = bytes(std::size_t{number<std::uint32_t>()} * sizeof(Token));
    std::vector<Token> tokens(taken.size() / sizeof(Token));
    std::ranges::copy(taken.substr(0, tokens.size() * sizeof(Token)),
                      reinterpret_cast<char*>(tokens.data()));
    return tokens;
  }
};

/// Empty where the file is torn or damaged.
std::optional<Replay> next_replay(Reader& file) {
  const auto length = file.number<std::uint32_t>();
  const auto checksum = file.number<std::uint64_t>();
  const std::string_view fields = file.bytes(length);
  if (file.failed || XXH3_64bits(fields.data(), fields.size()) != checksum) return std::nullopt;
  Reader reader{.left = fields};
  Replay replay;
  replay.key = reader.text();
  replay.n_prompt = reader.number<std::uint64_t>();
  replay.prompt_hash = reader.number<std::uint64_t>();
  replay.sampled = reader.tokens();
  replay.thinking = reader.text();
  replay.n_turns = reader.number<std::uint32_t>();
  if (reader.failed) return std::nullopt;
  return replay;
}

/// From the newest backwards, as many as fit.
std::vector<Replay> newest(std::vector<Replay> replays, std::size_t most_tokens) {
  std::size_t n = 0;
  std::size_t kept = 0;
  while (kept < replays.size()) {
    n += replays[replays.size() - kept - 1].sampled.size();
    if (n > most_tokens) break;
    ++kept;
  }
  replays.erase(replays.begin(), replays.end() - static_cast<std::ptrdiff_t>(kept));
  return replays;
}

}  // namespace

Result<ReplayFile::Opened> ReplayFile::open(const std::filesystem::path& path,
                                            std::size_t most_tokens) {
  auto content = read_file(path);
  if (!content && content.error().kind != ErrorKind::not_found) return pass_on(content);
  Opened opened;
  bool as_it_is = false;
  if (content && content->starts_with(magic)) {
    Reader file{.left = std::string_view(*content).substr(magic.size())};
    bool whole = true;
    while (whole && !file.left.empty()) {
      auto replay = next_replay(file);
      whole = replay.has_value();
      if (replay) opened.replays.push_back(std::move(*replay));
    }
    const std::size_t n_found = opened.replays.size();
    opened.replays = newest(std::move(opened.replays), most_tokens);
    as_it_is = whole && opened.replays.size() == n_found;
  }
  if (!as_it_is) {
    content = std::string(magic);
    for (const Replay& replay : opened.replays) *content += record_of(replay);
    if (auto written = write_file_atomically(path, *content); !written) return pass_on(written);
  }
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor < 0) {
    return fail(ErrorKind::io,
                fmt::format("{} cannot be written: {}", path.string(), system_reason(errno)));
  }
  opened.file.reset(new ReplayFile(path, descriptor, static_cast<std::int64_t>(content->size())));
  return opened;
}

ReplayFile::~ReplayFile() {
  ::close(descriptor_);
}

void ReplayFile::append(const Replay& replay) {
  const std::string record = record_of(replay);
  const ssize_t written = ::write(descriptor_, record.data(), record.size());
  if (written == static_cast<ssize_t>(record.size())) {
    size_ += written;
    failing_ = false;
    return;
  }
  const std::string reason = written < 0 ? system_reason(errno) : "the disk is full";
  // A part of a record would make the rest of the file unreadable.
  if (written > 0 && ::ftruncate(descriptor_, size_) != 0) {
    spdlog::warn("{} could not be cut back: {}", path_.string(), system_reason(errno));
  }
  if (!failing_) spdlog::warn("{} could not be written: {}", path_.string(), reason);
  failing_ = true;
}

void ReplayFile::clear() {
  if (::ftruncate(descriptor_, magic.size()) == 0) {
    size_ = magic.size();
  } else {
    spdlog::warn("{} could not be cleared: {}", path_.string(), system_reason(errno));
  }
}

}  // namespace hearth::engine
