#include "hearth/wire/rerank.h"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "hearth/wire/fields.h"

namespace hearth::wire {
namespace {

/// A text, or an object that holds it.
std::optional<std::string> document_of(const json::value& item) {
  if (item.is_string()) return std::string(item.get_string());
  const json::object* object = item.if_object();
  const auto text = object == nullptr ? std::nullopt : find_string(*object, "text");
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

void decode_documents(Fields& fields, std::string_view key, RerankRequest& request) {
  const std::string path = fields.at(key);
  const json::array* documents = fields.array(key);
  if (documents == nullptr || documents->empty()) {
    fields.problems().report(path, "expected an array of at least one text");
    return;
  }
  for (std::size_t i = 0; i < documents->size(); ++i) {
    auto document = document_of((*documents)[i]);
    if (!document) {
      fields.problems().expected(fields.problems().item(path, i), "a text", &(*documents)[i]);
      return;
    }
    request.documents.push_back(std::move(*document));
  }
}

}  // namespace

Result<RerankRequest> decode_rerank_request(const json::value& body) {
  Problems problems(PathStyle::brackets);
  const json::object* object = body.if_object();
  if (object == nullptr) {
    problems.expected("", "an object", &body);
    return std::unexpected(problems.error());
  }
  Fields fields(*object, "", problems);
  RerankRequest request;
  request.model = fields.string("model");
  request.query = fields.required_string("query");
  request.texts_form = object->contains("texts");
  decode_documents(fields, request.texts_form ? "texts" : "documents", request);
  request.top_n = fields.integer("top_n", 1, INT_MAX);
  request.return_documents =
      fields.boolean(request.texts_form ? "return_text" : "return_documents");
  for (const auto& member : fields.rest()) {
    request.warnings.push_back(fmt::format("ignored the field {}", std::string_view(member.key())));
  }
  if (problems.any()) return std::unexpected(problems.error());
  return request;
}

json::value encode_ranks(const std::vector<float>& scores, int n_tokens,
                         const RerankRequest& request) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  if (request.top_n) {
    order.resize(std::min(order.size(), static_cast<std::size_t>(*request.top_n)));
  }
  json::array results;
  for (const std::size_t index : order) {
    json::object result{{"index", index}};
    result[request.texts_form ? "score" : "relevance_score"] = scores[index];
    if (request.return_documents && request.texts_form) result["text"] = request.documents[index];
    if (request.return_documents && !request.texts_form) {
      result["document"] = json::object{{"text", request.documents[index]}};
    }
    results.push_back(std::move(result));
  }
  if (request.texts_form) return results;
  return {{"model", request.model},
          {"object", "list"},
          {"usage", {{"prompt_tokens", n_tokens}, {"total_tokens", n_tokens}}},
          {"results", std::move(results)}};
}

}  // namespace hearth::wire
