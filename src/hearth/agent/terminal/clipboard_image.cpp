#include "hearth/agent/terminal/clipboard_image.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "hearth/agent/process.h"
#include "hearth/base/clock.h"
#include "hearth/base/file.h"

namespace hearth::agent {

Result<std::filesystem::path> clipboard_image(const std::filesystem::path& folder) {
  constexpr std::chrono::seconds patience{5};
  constexpr std::string_view png_signature = "\x89PNG";
  constexpr int no_such_program = 127;
  const std::array<std::vector<std::string>, 3> readers{
      {{"wl-paste", "--type", "image/png"},
       {"xclip", "-selection", "clipboard", "-target", "image/png", "-out"},
       {"pngpaste", "-"}}};
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  std::filesystem::path file = folder / fmt::format("{}.png", unix_ms());
  bool any = false;
  for (const auto& words : readers) {
    const auto ran = run_command(
        {.line = {}, .folder = folder, .timeout = patience, .words = words, .full_output = file},
        {});
    if (!ran || ran->exit_code == no_such_program) continue;
    any = true;
    const auto content = read_file(file);
    if (ran->passed() && content && content->starts_with(png_signature)) return file;
  }
  std::filesystem::remove(file, ec);
  return any ? fail(ErrorKind::not_found, "there is no image in the clipboard")
             : fail(ErrorKind::unavailable,
                    "to paste images, install wl-clipboard (Wayland), xclip (X11) or pngpaste");
}

}  // namespace hearth::agent
