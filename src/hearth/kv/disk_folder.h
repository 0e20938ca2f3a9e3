#pragma once

#include <filesystem>
#include <string_view>

#include "hearth/base/descriptor.h"
#include "hearth/base/error.h"

namespace hearth::kv {

/// Makes `folder` if it is missing and takes it for this process, for as long as the descriptor is
/// open; the system lets go of it when the process ends, however it ends. `about` is put into
/// about.txt, for people who look what takes their disk.
///
/// What is in there tells what was said in conversations: a new folder is for its owner alone.
///
/// Errors: overloaded (another process has it; the message names it), io. Both say that the server
/// goes on without the disk tier.
[[nodiscard]] Result<Descriptor> claim_folder(const std::filesystem::path& folder,
                                              std::string_view about);

}  // namespace hearth::kv
