#include <fmt/format.h>

#include <algorithm>

#include "hearth/agent/documents/document_text.h"
#include "hearth/agent/file_tools.h"
#include "hearth/agent/folder_listing.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

constexpr std::size_t default_lines = 1000;
constexpr std::size_t max_line_bytes = 1000;
constexpr std::size_t max_result_bytes = 40'000;

class ReadTool final : public Tool {
 public:
  ReadTool(const Folder& folder, SeenFiles& seen, std::function<bool()> sees_images)
      : folder_(folder), seen_(seen), sees_images_(std::move(sees_images)) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::read; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "path").value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token& stop) override {
    const std::string name = subject(arguments);
    const auto path = folder_.resolve(name);
    if (!path) return tool_error(path.error().message);
    std::error_code ec;
    if (std::filesystem::is_directory(*path, ec)) {
      auto listing = folder_listing(folder_, *path, name);
      if (!listing) return tool_error(listing.error().message);
      return {.text = std::move(*listing), .diff = {}};
    }
    if (image_type(name)) return image(*path, name);
    const bool document = is_document(name);
    const auto content =
        document ? document_text(*path, name, stop) : read_text_file(*path, name, max_file_bytes);
    if (!content) return tool_error(content.error().message);
    // A document's text is not what an edit would change.
    if (!document) seen_.note(*path, *content);

    const auto lines = lines_of(*content);
    const auto first = static_cast<std::size_t>(
        std::max<std::int64_t>(1, given_int(arguments, "offset").value_or(1)));
    const auto count = static_cast<std::size_t>(std::max<std::int64_t>(
        1, given_int(arguments, "limit").value_or(static_cast<std::int64_t>(default_lines))));
    if (lines.empty()) return {.text = name + " is empty.", .is_error = false, .diff = {}};
    if (first > lines.size()) {
      return tool_error(
          fmt::format("{} has only {} lines; use a smaller offset", name, lines.size()));
    }
    std::string text;
    std::size_t next = first;
    for (; next <= lines.size() && next < first + count && text.size() < max_result_bytes; ++next) {
      const std::string_view line = lines[next - 1];
      text += fmt::format("{}\t{}{}\n", next, line.substr(0, max_line_bytes),
                          line.size() > max_line_bytes ? " … (line cut)" : "");
    }
    if (next <= lines.size()) {
      text +=
          fmt::format("({} more lines; read on with offset {})\n", lines.size() - next + 1, next);
    }
    return {.text = to_valid_utf8(text), .is_error = false, .diff = {}};
  }

 private:
  ToolResult image(const std::filesystem::path& path, const std::string& name) const {
    if (!sees_images_ || !sees_images_()) {
      return tool_error(name + " is an image, and this model cannot see images");
    }
    auto block = image_block(path, name);
    if (!block) return tool_error(block.error().message);
    return {.text = name + ":", .diff = {}, .images = {std::move(*block)}};
  }

  const Folder& folder_;
  SeenFiles& seen_;
  std::function<bool()> sees_images_;
  chat::Tool description_{
      .name = "read",
      .description = "Read a file with line numbers; also PDFs, notebooks, images. Lists a folder.",
      .input_schema = object_schema({{"path", "string", ""},
                                     {"offset", "integer", "first line", false},
                                     {"limit", "integer", "number of lines", false}}),
      .type = {},
      .extra = {}};
};

}  // namespace

std::unique_ptr<Tool> make_read_tool(const Folder& folder, SeenFiles& seen,
                                     std::function<bool()> sees_images) {
  return std::make_unique<ReadTool>(folder, seen, std::move(sees_images));
}

}  // namespace hearth::agent
