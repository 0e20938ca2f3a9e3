#include "two_ends.h"

namespace two_ends {

std::string of(const std::string& word) {
  if (word.empty()) return {};
  return {word.front(), word.back()};
}

}  // namespace two_ends
