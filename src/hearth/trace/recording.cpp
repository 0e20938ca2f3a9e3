#include "hearth/trace/recording.h"

#include <fmt/format.h>

#include <algorithm>

#include <xxhash.h>

#include "hearth/base/file.h"
#include "hearth/trace/session_writer.h"

namespace hearth::trace {
namespace {

constexpr int recorded_block_tokens = 64;

}  // namespace

void Recording::add(const Served& served) {
  const auto [place, is_new] = sessions_.try_emplace({served.model, served.session});
  Known& known = place->second;
  if (is_new) {
    known.session.name = fmt::format("session-{:04}", sessions_.size());
    known.session.block_tokens = recorded_block_tokens;
    known.began_seconds = served.began_seconds;
  }
  Request request;
  request.seconds = served.began_seconds - known.began_seconds;
  request.api_seconds = served.api_seconds;
  request.prompt_tokens = std::ssize(served.prompt);
  request.output_tokens = served.output_tokens;
  request.reused_tokens = served.reused_tokens;
  request.model = served.model;
  std::uint64_t hash = 0;
  const std::size_t n_blocks = served.prompt.size() / recorded_block_tokens;
  for (std::size_t i = 0; i < n_blocks; ++i) {
    // Each stands for all the tokens before it, too.
    const kv::TokenSpan block =
        served.prompt.subspan(i * recorded_block_tokens, recorded_block_tokens);
    hash = XXH3_64bits_withSeed(block.data(), block.size_bytes(), hash);
    const auto next = static_cast<std::int64_t>(known.ids.size()) + 1;
    request.blocks.push_back(known.ids.try_emplace(hash, next).first->second);
  }
  known.session.requests.push_back(std::move(request));
  known.changed = true;
  ++n_requests_;
}

Result<void> Recording::save(const std::filesystem::path& folder) {
  for (auto& [key, known] : sessions_) {
    if (!known.changed) continue;
    // Requests are told of when they end; the format has them by their beginning.
    std::ranges::stable_sort(known.session.requests, {}, &Request::seconds);
    const auto file = folder / (known.session.name + ".json");
    if (auto written = write_file_atomically(file, to_json_text(known.session)); !written) {
      return written;
    }
    known.changed = false;
  }
  return {};
}

}  // namespace hearth::trace
