#include "hearth/agent/terminal/fuzzy_match.h"

#include <algorithm>
#include <cctype>

namespace hearth::agent {
namespace {

char in_lower_case_byte(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}

bool begins_part(std::string_view path, std::size_t at) {
  if (at == 0) return true;
  const char before = path[at - 1];
  if (before == '/' || before == '_' || before == '-' || before == '.' || before == ' ')
    return true;
  return std::islower(static_cast<unsigned char>(before)) != 0 &&
         std::isupper(static_cast<unsigned char>(path[at])) != 0;
}

/// The score of the greedy match that begins at `from`; nothing if there is none.
std::optional<int> score_from(std::string_view typed, std::string_view path, std::size_t from) {
  constexpr int for_match = 16;
  constexpr int in_a_row = 12;
  constexpr int at_part = 10;
  int score = 0;
  std::size_t at = from;
  std::size_t last = std::string_view::npos;
  for (const char wanted : typed) {
    while (at < path.size() && in_lower_case_byte(path[at]) != wanted) ++at;
    if (at == path.size()) return std::nullopt;
    score += for_match;
    if (last != std::string_view::npos && at == last + 1) score += in_a_row;
    if (begins_part(path, at)) score += at_part;
    last = at++;
  }
  return score;
}

}  // namespace

std::optional<int> fuzzy_score(std::string_view typed, std::string_view candidate) {
  constexpr std::size_t most_typed = 64;
  char lowered[most_typed];
  const std::size_t length = std::min(typed.size(), most_typed);
  std::transform(typed.begin(), typed.begin() + static_cast<std::ptrdiff_t>(length), lowered,
                 in_lower_case_byte);
  const std::string_view wanted(lowered, length);
  auto score = score_from(wanted, candidate, 0);
  if (!score || wanted.empty()) return score;
  // What fits in the file's name alone fits better.
  constexpr int in_name = 40;
  const std::size_t slash = candidate.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  if (const auto in_last = score_from(wanted, candidate, name)) {
    score = std::max(*score, *in_last + in_name);
  }
  return *score - static_cast<int>(candidate.size() / 8);
}

}  // namespace hearth::agent
