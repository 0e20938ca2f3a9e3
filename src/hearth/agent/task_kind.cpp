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

bool asks_about_code(std::string_view task) {
  static const RE2 question(
      R"((?i)^\W*(?:please\s+)?(?:(?:can|could) you\s+)?(?:tell me\s+)?(?:explain|describe|summari[sz]e|what|why|how|does|do|is|are)\b)");
  // Something is to be done, or the answer is elsewhere.
  static const RE2 more(
      R"((?i)\b(?:writ\w*|put|save|fix\w*|chang\w*|add\w*|creat\w*|run\w*|renam\w*|edit\w*|implement\w*|mak(?:e|ing)|remov\w*|delet\w*|replac\w*|updat\w*|refactor\w*|mend|repair|calls|callers|called|uses|used|usages?|tests?|tested|files?|elsewhere|everywhere)\b|\b(?:into|to)\s+\S+\.\w+)");
  return RE2::PartialMatch(task, question) && !RE2::PartialMatch(task, more);
}

}  // namespace hearth::agent
