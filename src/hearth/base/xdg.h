#pragma once

#include <filesystem>

namespace hearth {

/// The user's: $HOME, else what the system knows.
std::filesystem::path home_dir();

/// Hearth's folders after the XDG Base Directory Specification 0.8. Each is
/// `$XDG_…_HOME/hearth`, or below `$HOME` where the variable is unset, empty or not absolute.
/// None is created by asking.
std::filesystem::path config_dir();  ///< ~/.config/hearth
std::filesystem::path data_dir();    ///< ~/.local/share/hearth: models, sessions
std::filesystem::path state_dir();   ///< ~/.local/state/hearth: request log, server's state
std::filesystem::path cache_dir();   ///< ~/.cache/hearth: may be deleted at any time

}  // namespace hearth
