#include "hearth/base/xdg.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace hearth {
namespace {

std::filesystem::path folder(const char* variable, const char* below_home) {
  if (const char* value = std::getenv(variable); value != nullptr && *value == '/') {
    return std::filesystem::path(value) / "hearth";
  }
  return home_dir() / below_home / "hearth";
}

}  // namespace

std::filesystem::path home_dir() {
  if (const char* value = std::getenv("HOME"); value != nullptr && *value != '\0') return value;
  if (const passwd* user = getpwuid(getuid()); user != nullptr) return user->pw_dir;
  return "/";
}

std::filesystem::path config_dir() {
  return folder("XDG_CONFIG_HOME", ".config");
}
std::filesystem::path data_dir() {
  return folder("XDG_DATA_HOME", ".local/share");
}
std::filesystem::path state_dir() {
  return folder("XDG_STATE_HOME", ".local/state");
}
std::filesystem::path cache_dir() {
  return folder("XDG_CACHE_HOME", ".cache");
}

}  // namespace hearth
