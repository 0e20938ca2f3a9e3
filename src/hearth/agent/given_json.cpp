#include "hearth/agent/given_json.h"

#include "hearth/base/file.h"

namespace hearth::agent {

Result<GivenJson> given_json(const std::string& option, const std::string& file_or_json) {
  if (file_or_json.starts_with('{')) return GivenJson{file_or_json, option};
  auto content = read_file(file_or_json);
  if (!content) return fail(ErrorKind::config, option + ": " + content.error().message);
  return GivenJson{std::move(*content), file_or_json};
}

}  // namespace hearth::agent
