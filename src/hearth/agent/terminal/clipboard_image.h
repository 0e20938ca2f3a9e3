#pragma once

#include <filesystem>

#include "hearth/base/error.h"

namespace hearth::agent {

/// The image in the desktop's clipboard, as a PNG file in `folder`, which is made. By the first of
/// `wl-paste` (Wayland), `xclip` (X11) and `pngpaste` (macOS) that has one.
/// Errors: not_found where there is none; unavailable without such a program.
Result<std::filesystem::path> clipboard_image(const std::filesystem::path& folder);

}  // namespace hearth::agent
