#include "hearth/agent/source_files.h"

#include <re2/re2.h>

#include <array>
#include <utility>

namespace hearth::agent {

std::string_view base_name(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

std::string_view stem_of(std::string_view name) {
  const std::string_view base = base_name(name);
  return base.substr(0, base.rfind('.'));
}

std::string_view language_of(std::string_view name) {
  using Entry = std::pair<std::string_view, std::string_view>;
  static constexpr std::array languages{Entry{"py", "python"},      Entry{"js", "javascript"},
                                        Entry{"mjs", "javascript"}, Entry{"cjs", "javascript"},
                                        Entry{"jsx", "javascript"}, Entry{"ts", "typescript"},
                                        Entry{"mts", "typescript"}, Entry{"tsx", "typescript"},
                                        Entry{"go", "go"},          Entry{"c", "c"},
                                        Entry{"h", "cpp"},          Entry{"cc", "cpp"},
                                        Entry{"cpp", "cpp"},        Entry{"cxx", "cpp"},
                                        Entry{"hh", "cpp"},         Entry{"hpp", "cpp"},
                                        Entry{"rs", "rust"},        Entry{"java", "java"},
                                        Entry{"kt", "kotlin"},      Entry{"rb", "ruby"},
                                        Entry{"php", "php"},        Entry{"cs", "csharp"},
                                        Entry{"swift", "swift"},    Entry{"lua", "lua"},
                                        Entry{"sh", "bash"},        Entry{"pl", "perl"},
                                        Entry{"zig", "zig"},        Entry{"ex", "elixir"},
                                        Entry{"scala", "scala"},    Entry{"dart", "dart"}};
  const std::string_view base = base_name(name);
  const std::size_t dot = base.rfind('.');
  if (dot == std::string_view::npos) return {};
  for (const auto& [extension, language] : languages) {
    if (base.substr(dot + 1) == extension) return language;
  }
  return {};
}

bool is_test_file(std::string_view name) {
  static const RE2 in_folder(R"((?:.*/)?(?:tests?|__tests__|specs?)/.*)");
  static const RE2 by_name(
      R"((?:.*/)?(?:test[_-][^/]*|tests?\.[^/]*|[^/]*[_-]tests?\.[^/.]+|[^/]*\.(?:test|spec)\.[^/]+|[^/]*_spec\.[^/.]+|[^/]*Tests?\.(?:java|kt|cs|swift|scala|php)|conftest\.py))");
  return RE2::FullMatch(name, in_folder) || RE2::FullMatch(name, by_name);
}

SplitSource split_source(std::string_view name, std::string_view content) {
  if (language_of(name) == "rust") {
    const std::size_t at = content.find("#[cfg(test)]");
    if (at != std::string_view::npos) {
      return {std::string(content.substr(0, at)), std::string(content.substr(at))};
    }
  }
  return {std::string(content), {}};
}

}  // namespace hearth::agent
