#pragma once

#include <string>
#include <variant>
#include <vector>

#include "hearth/base/json.h"

namespace hearth::chat {

/// `extra` in every block holds the client's fields that have no meaning in the middle
/// (`cache_control`, `citations`, …): passed on when the other side speaks the same format, and
/// never part of a prompt, so that they cannot change one.

struct TextBlock {
  std::string text;
  json::object extra;
};

/// Either `data` (base64) with its `media_type`, or `url`.
struct ImageBlock {
  std::string media_type;
  std::string data;
  std::string url;
  json::object extra;
};

struct ThinkingBlock {
  std::string text;
  std::string signature;
  json::object extra;
};

struct RedactedThinkingBlock {
  std::string data;
};

struct ToolUseBlock {
  std::string id;
  std::string name;
  /// The arguments as JSON text, always an object.
  std::string arguments;
  json::object extra;
};

/// Names a tool with `defer_loading` that from here on is known to the model.
struct ToolReferenceBlock {
  std::string tool_name;
};

/// A document or a search result: a server of the Messages API gets it as it was written, any other
/// model its text.
struct DocumentBlock {
  enum class Kind { document, search_result };
  Kind kind = Kind::document;
  std::string title;
  std::string source;  ///< where a search result was found
  std::string text;
  std::string pdf;           ///< base64; the gateway adds its text to `text`
  bool pdf_is_read = false;  ///< that was done
  json::object original;     ///< as the Messages API writes it
};

/// A call of one of an Anthropic server's own tools, or its result, as the Messages API writes it
/// (`server_tool_use`, `web_search_tool_result`, …), or any other block of an answer that has no
/// meaning in the middle (`compaction`): only such a server and its clients know what to do with
/// it.
struct ServerToolBlock {
  json::object original;
};

using ResultPart = std::variant<TextBlock, ImageBlock, DocumentBlock, ToolReferenceBlock>;

struct ToolResultBlock {
  std::string tool_use_id;
  std::vector<ResultPart> content;
  bool is_error = false;
  json::object extra;
};

using Block =
    std::variant<TextBlock, ImageBlock, DocumentBlock, ThinkingBlock, RedactedThinkingBlock,
                 ToolUseBlock, ToolResultBlock, ToolReferenceBlock, ServerToolBlock>;

enum class Role { system, user, assistant };

/// One message; its blocks are in the client's order. A string content is one TextBlock, so that
/// the two spellings of a message are one value.
struct Message {
  Role role = Role::user;
  std::vector<Block> content;
  json::object extra = {};  ///< as in the blocks
};

/// The text blocks of `message`, joined by `separator`.
std::string text_of(const Message& message, std::string_view separator = "\n");

/// What a model reads of it: its text between tags that name its title and source.
std::string text_of(const DocumentBlock& document);

/// The text parts of a tool result, joined by line ends.
std::string text_of(const ToolResultBlock& result);

}  // namespace hearth::chat
