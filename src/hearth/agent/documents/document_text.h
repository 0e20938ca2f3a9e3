#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "hearth/base/error.h"
#include "hearth/chat/message.h"

namespace hearth::agent {

/// Whether a file of this name is a document that `document_text` reads: `.pdf`, `.ipynb`.
bool is_document(std::string_view name);

/// The text of a document: of a PDF its pages (by poppler's `pdftotext`), of a Jupyter notebook its
/// cells and what they printed (nbformat 4). Errors: unavailable without `pdftotext`; too_large;
/// not_found; invalid_request for what is damaged, or no regular file.
Result<std::string> document_text(const std::filesystem::path& file, std::string_view name,
                                  const std::stop_token& stop);

/// The media type of an image that models take, by its name; nothing for other files.
std::optional<std::string> image_type(std::string_view name);

/// An image for a model. Errors: io; too_large; not_found; invalid_request for no regular file.
Result<chat::ImageBlock> image_block(const std::filesystem::path& file, std::string_view name);

}  // namespace hearth::agent
