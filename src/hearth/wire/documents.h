#pragma once

#include <string_view>

#include "hearth/chat/message.h"
#include "hearth/wire/fields.h"

namespace hearth::wire {

/// A block of type `document` of the Messages API.
chat::DocumentBlock decode_document(Fields& block);

/// A block of type `search_result` of the Messages API.
chat::DocumentBlock decode_search_result(Fields& block);

/// A file in one of OpenAI's APIs: `file_data` is a `data:` URL in base64, of a PDF or of text.
chat::DocumentBlock decode_file(Fields& file);

/// As chat completions write it: {"type":"file","file":{…}}. REQUIRES: it is a PDF.
json::object encode_file(const chat::DocumentBlock& document);

}  // namespace hearth::wire
