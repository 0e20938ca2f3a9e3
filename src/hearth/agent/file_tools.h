#pragma once

#include <functional>
#include <memory>

#include "hearth/agent/folder.h"
#include "hearth/agent/mending.h"
#include "hearth/agent/seen_files.h"
#include "hearth/agent/tool.h"

namespace hearth::agent {

/// Files larger than this are neither read nor edited.
inline constexpr std::size_t max_file_bytes = 8 << 20;

/// The tools on single files. `folder` and `seen` outlive them.
/// `sees_images` says whether the model of the moment can; empty: it cannot.
std::unique_ptr<Tool> make_read_tool(const Folder& folder, SeenFiles& seen,
                                     std::function<bool()> sees_images = {});
std::unique_ptr<Tool> make_write_tool(const Folder& folder, SeenFiles& seen);
std::unique_ptr<Tool> make_edit_tool(const Folder& folder, SeenFiles& seen, Mending mending);
/// Several files by a patch, for models that are trained on it.
std::unique_ptr<Tool> make_patch_tool(const Folder& folder, SeenFiles& seen);

}  // namespace hearth::agent
