#include "hearth/agent/commands/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

/// A fence longer than any in `text`.
std::string fence_for(std::string_view text) {
  std::string fence = "```";
  while (text.find(fence) != std::string_view::npos) fence += '`';
  return fence;
}

std::string code(std::string_view text, std::string_view language) {
  const std::string fence = fence_for(text);
  return fmt::format("{}{}\n{}{}{}\n", fence, language, text, text.ends_with('\n') ? "" : "\n",
                     fence);
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      default: result += c;
    }
  }
  return result;
}

/// What a block is, and its text.
struct Piece {
  std::string_view kind;  ///< also the HTML class
  std::string title;
  std::string text;
};

std::vector<Piece> pieces_of(const chat::Message& message) {
  std::vector<Piece> pieces;
  for (const chat::Block& block : message.content) {
    if (const auto* text = std::get_if<chat::TextBlock>(&block)) {
      pieces.push_back({"text", {}, without_escapes(text->text)});
    } else if (const auto* thought = std::get_if<chat::ThinkingBlock>(&block)) {
      pieces.push_back({"thinking", "Thinking", without_escapes(thought->text)});
    } else if (const auto* call = std::get_if<chat::ToolUseBlock>(&block)) {
      pieces.push_back({"call", "Tool " + call->name, without_escapes(call->arguments)});
    } else if (const auto* result = std::get_if<chat::ToolResultBlock>(&block)) {
      pieces.push_back({"result", result->is_error ? "Error" : "Result",
                        without_escapes(chat::text_of(*result))});
    } else if (std::holds_alternative<chat::ImageBlock>(block)) {
      pieces.push_back({"text", {}, "(an image)"});
    }
  }
  return pieces;
}

std::string_view name_of(const chat::Message& message) {
  return message.role == chat::Role::assistant ? "Hearth" : "You";
}

bool only_results(const chat::Message& message) {
  return std::ranges::all_of(message.content, [](const chat::Block& block) {
    return std::holds_alternative<chat::ToolResultBlock>(block);
  });
}

}  // namespace

std::string as_markdown(const std::vector<chat::Message>& messages, const std::string& title) {
  std::string text = fmt::format("# Session {}\n", title);
  for (const chat::Message& message : messages) {
    if (!only_results(message)) text += fmt::format("\n## {}\n", name_of(message));
    for (const Piece& piece : pieces_of(message)) {
      if (piece.kind == "text") {
        text += fmt::format("\n{}\n", piece.text);
      } else {
        text += fmt::format("\n*{}*\n\n{}", piece.title,
                            code(piece.text, piece.kind == "call" ? "json" : ""));
      }
    }
  }
  return text;
}

std::string as_html(const std::vector<chat::Message>& messages, const std::string& title) {
  std::string text = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>{0}</title>\n<style>"
      "body{{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}}"
      "pre{{white-space:pre-wrap;overflow-wrap:anywhere;background:#8882;padding:.6rem;"
      "border-radius:.4rem;font-size:.85rem}}pre.text{{background:none;padding:0;font:inherit}}"
      "summary{{cursor:pointer;color:#888}}h2{{font-size:1rem;margin:1.6rem 0 .2rem}}"
      "@media(prefers-color-scheme:dark){{body{{background:#181818;color:#ddd}}}}"
      "</style></head><body>\n<h1>Session {0}</h1>\n",
      escaped(title));
  for (const chat::Message& message : messages) {
    if (!only_results(message)) text += fmt::format("<h2>{}</h2>\n", name_of(message));
    for (const Piece& piece : pieces_of(message)) {
      if (piece.kind == "text") {
        text += fmt::format("<pre class=\"text\">{}</pre>\n", escaped(piece.text));
      } else {
        text += fmt::format("<details class=\"{}\"><summary>{}</summary><pre>{}</pre></details>\n",
                            piece.kind, escaped(piece.title), escaped(piece.text));
      }
    }
  }
  return text + "</body></html>\n";
}

}  // namespace hearth::agent
