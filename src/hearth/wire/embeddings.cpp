#include "hearth/wire/embeddings.h"

#include <climits>
#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "hearth/base/base64.h"
#include "hearth/wire/fields.h"

namespace hearth::wire {
namespace {

static_assert(std::endian::native == std::endian::little, "encoded as they lie in memory");

bool is_number(const json::value& item) {
  return item.is_int64() || item.is_uint64();
}

/// A list of tokens.
std::vector<int> decode_tokens(const json::array& items, const std::string& path,
                               Problems& problems) {
  std::vector<int> tokens;
  tokens.reserve(items.size());
  for (const json::value& item : items) {
    boost::system::error_code not_one;
    tokens.push_back(item.to_number<int>(not_one));
    if (not_one) {
      problems.expected(path, "tokens, which are whole numbers", &item);
      break;
    }
  }
  return tokens;
}

void decode_input(const json::value* input, const std::string& path, Problems& problems,
                  EmbeddingRequest& request) {
  constexpr std::string_view wanted = "a text, a list of tokens, or a list of either";
  if (input == nullptr || (!input->is_string() && !input->is_array())) {
    problems.expected(path, wanted, input);
    return;
  }
  if (input->is_string()) {
    request.input.emplace_back(std::string(input->get_string()));
    return;
  }
  const json::array& items = input->get_array();
  if (items.empty()) problems.report(path, "at least one text is required");
  if (!items.empty() && is_number(items.front())) {
    request.input.emplace_back(decode_tokens(items, path, problems));
    return;
  }
  for (std::size_t i = 0; i < items.size() && !problems.any(); ++i) {
    const std::string at = problems.item(path, i);
    if (items[i].is_string()) {
      request.input.emplace_back(std::string(items[i].get_string()));
    } else if (const json::array* tokens = items[i].if_array()) {
      request.input.emplace_back(decode_tokens(*tokens, at, problems));
    } else {
      problems.expected(at, "a text or a list of tokens", &items[i]);
    }
  }
}

std::string bytes_of(const std::vector<float>& vector) {
  std::string bytes(vector.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), vector.data(), bytes.size());
  return bytes;
}

json::value numbers_of(const std::vector<float>& vector) {
  return json::array(vector.begin(), vector.end());
}

}  // namespace

Result<EmbeddingRequest> decode_embedding_request(const json::value& body, EmbeddingForm form) {
  Problems problems(PathStyle::brackets);
  const json::object* object = body.if_object();
  if (object == nullptr) {
    problems.expected("", "an object", &body);
    return std::unexpected(problems.error());
  }
  Fields fields(*object, "", problems);
  EmbeddingRequest request;
  request.model = fields.string("model");
  if (form == EmbeddingForm::ollama_older) {
    request.input.emplace_back(fields.required_string("prompt"));
  } else {
    decode_input(fields.value("input"), "input", problems, request);
    request.dimensions = fields.integer("dimensions", 1, INT_MAX).value_or(0);
  }
  if (form == EmbeddingForm::openai) {
    request.base64 = fields.value("encoding_format") != nullptr &&
                     fields.one_of("encoding_format", {"float", "base64"}) == "base64";
    fields.value("user");
  } else {
    request.truncate = fields.value("truncate") == nullptr || fields.boolean("truncate");
    fields.value("keep_alive");
  }
  for (const auto& member : fields.rest()) {
    request.warnings.push_back(fmt::format("ignored the field {}", std::string_view(member.key())));
  }
  if (problems.any()) return std::unexpected(problems.error());
  return request;
}

json::object encode_embeddings(const std::vector<std::vector<float>>& vectors, int n_tokens,
                               double total_ms, const EmbeddingRequest& request,
                               EmbeddingForm form) {
  constexpr double ns_per_ms = 1e6;
  if (form == EmbeddingForm::ollama_older) return {{"embedding", numbers_of(vectors.front())}};
  json::array list;
  for (const std::vector<float>& vector : vectors) {
    if (form == EmbeddingForm::ollama) {
      list.push_back(numbers_of(vector));
      continue;
    }
    json::object item{{"object", "embedding"}, {"index", list.size()}};
    item["embedding"] =
        request.base64 ? json::value(to_base64(bytes_of(vector))) : numbers_of(vector);
    list.push_back(std::move(item));
  }
  if (form == EmbeddingForm::ollama) {
    return {{"model", request.model},
            {"embeddings", std::move(list)},
            {"total_duration", static_cast<std::int64_t>(total_ms * ns_per_ms)},
            {"load_duration", 0},
            {"prompt_eval_count", n_tokens}};
  }
  return {{"object", "list"},
          {"data", std::move(list)},
          {"model", request.model},
          {"usage", {{"prompt_tokens", n_tokens}, {"total_tokens", n_tokens}}}};
}

}  // namespace hearth::wire
