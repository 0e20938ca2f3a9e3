#include "hearth/wire/documents.h"

#include <fmt/format.h>

#include "hearth/base/base64.h"
#include "hearth/base/utf8.h"
#include "hearth/wire/data_url.h"

namespace hearth::wire {
namespace {

constexpr std::string_view pdf_type = "application/pdf";
constexpr std::string_view not_known = "files that were uploaded before are not known here";

json::object copy_of(Fields& block, std::string_view type) {
  json::object original = block.rest();
  original["type"] = type;
  return original;
}

/// The texts of blocks, a line end between them; what is no text is named.
std::string text_of_blocks(const json::value& content, const std::string& path,
                           Problems& problems) {
  if (content.is_string()) return std::string(content.get_string());
  const json::array* blocks = content.if_array();
  if (blocks == nullptr) {
    problems.expected(path, "a string or an array of blocks", &content);
    return {};
  }
  std::string joined;
  for (std::size_t i = 0; i < blocks->size(); ++i) {
    const json::object* block = (*blocks)[i].if_object();
    if (block == nullptr) {
      problems.expected(problems.item(path, i), "an object", &(*blocks)[i]);
      break;
    }
    Fields fields(*block, problems.item(path, i), problems);
    const std::string type = fields.one_of("type", {"text", "image"});
    if (!joined.empty()) joined += '\n';
    joined += type == "text" ? fields.required_string("text") : "(an image)";
  }
  return joined;
}

/// What a `source` holds goes into `document`.
void decode_source(Fields& source, chat::DocumentBlock& document) {
  Problems& problems = source.problems();
  const std::string type = source.one_of("type", {"base64", "text", "content", "url", "file"});
  if (type == "text") {
    document.text = source.required_string("data");
  } else if (type == "base64") {
    const std::string media_type = source.required_string("media_type");
    if (media_type != pdf_type) {
      problems.report(source.at("media_type"),
                      fmt::format("expected {}, found {}", pdf_type, media_type));
    }
    document.pdf = source.required_string("data");
  } else if (type == "content") {
    const json::value* content = source.value("content");
    if (content == nullptr) {
      problems.expected(source.at("content"), "a string or an array of blocks", nullptr);
      return;
    }
    document.text = text_of_blocks(*content, source.at("content"), problems);
  } else if (type == "url") {
    document.source = source.required_string("url");
    document.text = "(This document is known by its URL only; it was not fetched.)";
  } else if (type == "file") {
    problems.report(source.at("file_id"), not_known);
  }
}

}  // namespace

chat::DocumentBlock decode_document(Fields& block) {
  chat::DocumentBlock document;
  document.original = copy_of(block, "document");
  document.title = block.string("title");
  const json::object* source = block.object("source");
  if (source == nullptr) {
    block.problems().expected(block.at("source"), "an object", nullptr);
    return document;
  }
  Fields fields(*source, block.at("source"), block.problems());
  decode_source(fields, document);
  if (const std::string context = block.string("context"); !context.empty()) {
    document.text.insert(0, context + "\n\n");
  }
  return document;
}

chat::DocumentBlock decode_search_result(Fields& block) {
  chat::DocumentBlock found;
  found.kind = chat::DocumentBlock::Kind::search_result;
  found.original = copy_of(block, "search_result");
  found.title = block.required_string("title");
  found.source = block.required_string("source");
  const json::value* content = block.value("content");
  if (content == nullptr) {
    block.problems().expected(block.at("content"), "an array of text blocks", nullptr);
    return found;
  }
  found.text = text_of_blocks(*content, block.at("content"), block.problems());
  return found;
}

chat::DocumentBlock decode_file(Fields& file) {
  chat::DocumentBlock document;
  document.title = file.string("filename");
  Problems& problems = file.problems();
  if (!file.string("file_id").empty()) {
    problems.report(file.at("file_id"), not_known);
    return document;
  }
  json::object source;
  if (const std::string url = file.string("file_url"); !url.empty()) {
    source = {{"type", "url"}, {"url", url}};
  } else if (const auto data = parse_data_url(file.required_string("file_data")); !data) {
    problems.report(file.at("file_data"), "expected a data: URL in base64");
  } else if (data->media_type == pdf_type) {
    source = {{"type", "base64"}, {"media_type", pdf_type}, {"data", data->base64}};
  } else if (const auto bytes = from_base64(data->base64); bytes && is_valid_utf8(*bytes)) {
    source = {{"type", "text"}, {"media_type", "text/plain"}, {"data", *bytes}};
  } else {
    problems.report(file.at("file_data"),
                    fmt::format("a file of type {} is not supported; known are PDF and text",
                                data->media_type));
  }
  if (problems.any()) return document;
  Fields fields(source, file.path(), problems);
  decode_source(fields, document);
  document.original = {{"type", "document"}, {"source", source}};
  if (!document.title.empty()) document.original["title"] = document.title;
  return document;
}

json::object encode_file(const chat::DocumentBlock& document) {
  const std::string name = document.title.empty() ? "document.pdf" : document.title;
  return {{"type", "file"},
          {"file",
           {{"filename", name},
            {"file_data", fmt::format("data:{};base64,{}", pdf_type, document.pdf)}}}};
}

}  // namespace hearth::wire
