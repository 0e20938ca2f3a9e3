// The first byte chooses a format, the rest is a body. A request that is understood is written
// again in the formats of remote servers.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hearth/wire/anthropic_decode.h"
#include "hearth/wire/anthropic_encode.h"
#include "hearth/wire/embeddings.h"
#include "hearth/wire/gemini_encode.h"
#include "hearth/wire/llama_completion.h"
#include "hearth/wire/ollama_decode.h"
#include "hearth/wire/openai_completion.h"
#include "hearth/wire/openai_decode.h"
#include "hearth/wire/openai_encode.h"
#include "hearth/wire/rerank.h"
#include "hearth/wire/responses_decode.h"

namespace {

using namespace hearth;  // a program of one file

void write_again(const Result<chat::Request>& request) {
  if (!request) return;
  (void)to_json(wire::encode_chat_request(*request));
  (void)to_json(wire::encode_messages_request(*request));
  (void)to_json(wire::encode_messages_request(*request, wire::MessagesServer::anthropic));
  (void)to_json(wire::encode_count_tokens_request(*request));
  (void)to_json(wire::encode_gemini_request(*request));
  (void)wire::left_out_of_chat(*request);
  (void)wire::left_out_of_messages(*request);
  (void)wire::left_out_of_gemini(*request);
}

void read(unsigned format, const json::value& body) {
  switch (format) {
    case 0: return write_again(wire::decode_messages_request(body));
    case 1: return write_again(wire::decode_count_tokens_request(body));
    case 2: return write_again(wire::decode_chat_request(body));
    case 3: return write_again(wire::decode_ollama_chat(body));
    case 4: return write_again(wire::decode_ollama_generate(body));
    case 5: {
      const auto decoded = wire::decode_responses_request(body, {});
      if (decoded) write_again(decoded->request);
      return;
    }
    case 6: return (void)wire::decode_completion_request(body);
    case 7: return (void)wire::decode_ollama_raw(body);
    case 8: return (void)wire::decode_llama_completion(body);
    case 9: return (void)wire::decode_llama_infill(body);
    case 10: return (void)wire::decode_embedding_request(body, wire::EmbeddingForm::openai);
    case 11: return (void)wire::decode_embedding_request(body, wire::EmbeddingForm::ollama);
    case 12: return (void)wire::decode_embedding_request(body, wire::EmbeddingForm::ollama_older);
    default: return (void)wire::decode_rerank_request(body);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (const auto body = hearth::parse_json(text)) read(data[0] % 14U, *body);
  return 0;
}
