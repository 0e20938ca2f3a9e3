#include "hearth/agent/task_kind.h"

#include <re2/re2.h>

namespace hearth::agent {

bool asks_for_repair(std::string_view task) {
  static const RE2 repair(
      R"((?i)\b(?:fix\w*|bugs?|buggy|fail\w*|broken|breaks?|wrong\w*|repair\w*|correct\w*|mistakes?|errors?|crash\w*|debug\w*|incorrect\w*|(?:tests?|checks?)\s+(?:\w+\s+)?(?:pass|green)|pass(?:es)?\b.*\btests?|tests? red|regression|should|instead of|does(?:n't| not)|is(?:n't| not)|never|loses?|lost|off by one|mend)\b)");
  static const RE2 create(
      R"((?i)^\W*(?:please\s+)?(?:write|create|add|implement|generate|build|make a|explain|describe|show|list|what|why|how|summari[sz]e|rename|refactor|document|run)\b)");
  static const RE2 explicit_repair(R"((?i)\b(?:fix|repair|correct|debug|make\b.*\bpass|mend)\b)");
  if (!RE2::PartialMatch(task, repair)) return false;
  return !RE2::PartialMatch(task, create) || RE2::PartialMatch(task, explicit_repair);
}

}  // namespace hearth::agent
