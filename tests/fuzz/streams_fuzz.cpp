// The first byte chooses a decoder, the second into what pieces the rest, a server's response, is
// cut. Whatever it is, exactly one Finished or Failed ends its events.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "hearth/wire/anthropic_events.h"
#include "hearth/wire/gemini_events.h"
#include "hearth/wire/openai_events.h"

namespace {

using namespace hearth;  // a program of one file

struct Ends {
  int n = 0;
  bool last = false;

  void see(const std::vector<chat::Event>& events) {
    for (const chat::Event& event : events) {
      last = std::holds_alternative<chat::Finished>(event) ||
             std::holds_alternative<chat::Failed>(event);
      n += last ? 1 : 0;
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::unique_ptr<wire::StreamDecoder> decoder;
  switch (data[0] % 3) {
    case 0: decoder = std::make_unique<wire::MessagesEventDecoder>(); break;
    case 1: decoder = std::make_unique<wire::ChatCompletionEventDecoder>(); break;
    default: decoder = std::make_unique<wire::GeminiEventDecoder>();
  }
  const std::size_t piece = data[1] + 1U;
  std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  Ends ends;
  while (!rest.empty()) {
    ends.see(decoder->feed(rest.substr(0, piece)));
    rest.remove_prefix(std::min(piece, rest.size()));
  }
  ends.see(decoder->finish());
  if (ends.n != 1 || !ends.last) std::abort();
  return 0;
}
