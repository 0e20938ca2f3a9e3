#include "hearth/base/id.h"

#include <random>

namespace hearth {

std::string new_id(std::string_view prefix) {
  static constexpr std::string_view letters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  static constexpr int length = 24;
  thread_local std::random_device device;
  std::uniform_int_distribution<std::size_t> pick(0, letters.size() - 1);
  std::string id(prefix);
  for (int i = 0; i < length; ++i) id += letters[pick(device)];
  return id;
}

std::string new_uuid() {
  static constexpr std::string_view form = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  static constexpr std::string_view digits = "0123456789abcdef";
  thread_local std::random_device device;
  std::uniform_int_distribution<std::size_t> pick(0, digits.size() - 1);
  std::string uuid(form);
  for (char& c : uuid) {
    if (c == 'x') c = digits[pick(device)];
    // The variant's two bits are 10.
    if (c == 'y') c = digits[8 + pick(device) % 4];
  }
  return uuid;
}

}  // namespace hearth
