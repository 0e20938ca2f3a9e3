#include "hearth/agent/documents/document_text.h"

#include <fmt/format.h>

#include <array>

#include "hearth/agent/folder.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/process.h"
#include "hearth/agent/spawn.h"
#include "hearth/base/base64.h"
#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/base/lower_case.h"

namespace hearth::agent {
namespace {

std::string extension_of(std::string_view name) {
  return in_lower_case(std::filesystem::path(name).extension().string());
}

Result<std::string> pdf_text(const std::filesystem::path& file, std::string_view name,
                             const std::stop_token& stop) {
  if (const auto size = regular_file_size(file, name); !size) {
    return std::unexpected(size.error());
  }
  if (program_on_path("pdftotext").empty()) {
    return fail(ErrorKind::unavailable,
                "the text of PDFs needs pdftotext (Debian: apt install poppler-utils)");
  }
  constexpr std::chrono::seconds patience{60};
  constexpr std::size_t most_bytes = 2 << 20;
  const auto ran = run_command({.line = {},
                                .folder = file.parent_path(),
                                .timeout = patience,
                                .max_output = most_bytes,
                                .words = {"pdftotext", "-layout", "-enc", "UTF-8", file, "-"}},
                               stop);
  if (!ran) return std::unexpected(ran.error());
  if (!ran->passed()) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} cannot be read as a PDF: {}", name, trimmed(ran->output)));
  }
  if (trimmed(ran->output).empty()) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} holds no text; it may be made of images", name));
  }
  return ran->output;
}

/// nbformat writes texts as one string or as a list of lines.
std::string joined(const json::value* value) {
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(value->get_string());
  std::string text;
  if (value->is_array()) {
    for (const json::value& line : value->get_array()) {
      if (line.is_string()) text += line.get_string();
    }
  }
  return text;
}

/// What a cell printed, as far as it is text.
std::string printed(const json::object& output) {
  if (const std::string text = joined(find(output, "text")); !text.empty()) return text;
  if (const json::object* data = find_object(output, "data")) {
    return joined(find(*data, "text/plain"));
  }
  const auto error = find_string(output, "ename");
  return error ? fmt::format("{}: {}", *error, find_string(output, "evalue").value_or("")) : "";
}

Result<std::string> notebook_text(const std::filesystem::path& file, std::string_view name) {
  constexpr std::size_t most_bytes = std::size_t{64} << 20;
  const auto size = regular_file_size(file, name);
  if (!size) return std::unexpected(size.error());
  if (*size > most_bytes) {
    return fail(ErrorKind::too_large,
                fmt::format("{} has {} bytes, more than the {} of a notebook that are read; clear "
                            "its outputs first",
                            name, *size, most_bytes));
  }
  const auto content = read_file(file);
  if (!content) return content;
  const auto notebook = parse_json(*content);
  const json::array* cells =
      notebook && notebook->is_object() ? find_array(notebook->get_object(), "cells") : nullptr;
  if (cells == nullptr) {
    return fail(ErrorKind::invalid_request, fmt::format("{} is no Jupyter notebook", name));
  }
  std::string text;
  int number = 0;
  for (const json::value& value : *cells) {
    const json::object* cell = value.if_object();
    if (cell == nullptr) continue;
    text += fmt::format("# Cell {} ({})\n{}\n", ++number,
                        find_string(*cell, "cell_type").value_or("code"),
                        trimmed(joined(find(*cell, "source"))));
    const json::array* outputs = find_array(*cell, "outputs");
    if (outputs == nullptr) continue;
    for (const json::value& output : *outputs) {
      const std::string shown = output.is_object() ? printed(output.get_object()) : "";
      if (!shown.empty()) {
        text += fmt::format("# Output\n{}\n", trimmed(without_escapes(shown)));
      }
    }
  }
  return text;
}

}  // namespace

bool is_document(std::string_view name) {
  const std::string extension = extension_of(name);
  return extension == ".pdf" || extension == ".ipynb";
}

Result<std::string> document_text(const std::filesystem::path& file, std::string_view name,
                                  const std::stop_token& stop) {
  return extension_of(name) == ".pdf" ? pdf_text(file, name, stop) : notebook_text(file, name);
}

std::optional<std::string> image_type(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> types{
      {{".png", "image/png"},
       {".jpg", "image/jpeg"},
       {".jpeg", "image/jpeg"},
       {".gif", "image/gif"},
       {".webp", "image/webp"}}};
  const std::string extension = extension_of(name);
  for (const auto& [known, type] : types) {
    if (extension == known) return std::string(type);
  }
  return std::nullopt;
}

Result<chat::ImageBlock> image_block(const std::filesystem::path& file, std::string_view name) {
  constexpr std::size_t most_bytes = 5 << 20;  // what Anthropic's API takes
  const auto size = regular_file_size(file, name);
  if (!size) return std::unexpected(size.error());
  if (*size > most_bytes) {
    return fail(ErrorKind::too_large,
                fmt::format("{} is larger than 5 MB; make the image smaller first", name));
  }
  const auto content = read_file(file);
  if (!content) return std::unexpected(content.error());
  chat::ImageBlock image;
  image.media_type = image_type(name).value_or("");
  image.data = to_base64(*content);
  return image;
}

}  // namespace hearth::agent
