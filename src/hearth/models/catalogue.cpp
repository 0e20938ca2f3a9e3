#include "hearth/models/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "hearth/base/json.h"
#include "hearth/models/embedded_catalogue.h"

namespace hearth::models {
namespace {

/// A key that is missing or wrong; caught in parse_catalogue.
struct BadEntry : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string text_of(const json::object& object, std::string_view key) {
  const auto value = find_string(object, key);
  if (!value || value->empty()) throw BadEntry(fmt::format("\"{}\" must be a string", key));
  return std::string(*value);
}

std::uint64_t size_of(const json::object& object, std::string_view key) {
  const auto value = find_int(object, key);
  if (!value || *value <= 0) throw BadEntry(fmt::format("\"{}\" must be a number above 0", key));
  return static_cast<std::uint64_t>(*value);
}

/// Either a list of name and version, or a numbered series: prefix1 … prefixN of one version.
std::vector<WheelPackage> packages_of(const json::object& wheels) {
  std::vector<WheelPackage> packages;
  if (const auto* series = find_object(wheels, "packages")) {
    const std::string prefix = text_of(*series, "prefix");
    const std::string version = text_of(*series, "version");
    const std::uint64_t count = size_of(*series, "count");
    if (count > 10'000) throw BadEntry("\"count\" is over 10000");
    for (std::uint64_t i = 1; i <= count; ++i) {
      packages.push_back({fmt::format("{}{}", prefix, i), version});
    }
  } else if (const auto* list = find_array(wheels, "packages")) {
    for (const auto& entry : *list) {
      if (!entry.is_object()) throw BadEntry("\"packages\" must hold objects");
      packages.push_back(
          {text_of(entry.get_object(), "name"), text_of(entry.get_object(), "version")});
    }
  }
  if (packages.empty()) throw BadEntry("\"packages\" must be a series or a list");
  return packages;
}

WheelSource wheels_of(const json::object& wheels, std::uint64_t model_bytes) {
  WheelSource source{packages_of(wheels), size_of(wheels, "part_bytes"), text_of(wheels, "member")};
  const std::uint64_t needed = (model_bytes + source.part_bytes - 1) / source.part_bytes;
  if (needed != source.packages.size()) {
    throw BadEntry(fmt::format("{} bytes in parts of {} are {} packages; \"packages\" has {}",
                               model_bytes, source.part_bytes, needed, source.packages.size()));
  }
  return source;
}

std::string hash_of(const json::object& entry) {
  std::string hash = text_of(entry, "sha256");
  if (hash.size() != 64 || hash.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw BadEntry("\"sha256\" must be 64 lower-case hexadecimal digits");
  }
  return hash;
}

ModelSpec model_of(const json::object& entry) {
  ModelSpec spec;
  spec.name = text_of(entry, "name");
  spec.title = text_of(entry, "title");
  spec.file = text_of(entry, "file");
  spec.bytes = size_of(entry, "bytes");
  spec.sha256 = hash_of(entry);
  spec.licence = text_of(entry, "licence");
  spec.is_default = find_bool(entry, "default").value_or(false);
  if (spec.file.contains('/')) throw BadEntry("\"file\" must be a name, not a path");
  const auto* sources = find_array(entry, "sources");
  if (sources == nullptr || sources->empty()) throw BadEntry("\"sources\" must be a list");
  for (const auto& source : *sources) {
    if (!source.is_object()) throw BadEntry("\"sources\" must hold objects");
    if (const auto* wheels = find_object(source.get_object(), "wheels")) {
      spec.sources.emplace_back(wheels_of(*wheels, spec.bytes));
    } else {
      spec.sources.emplace_back(UrlSource{text_of(source.get_object(), "url")});
    }
  }
  return spec;
}

bool same_name(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace

Result<std::vector<ModelSpec>> parse_catalogue(std::string_view text) {
  auto root = parse_json(text);
  if (!root) return fail(ErrorKind::config, "the list of models: " + root.error().message);
  const auto* list = root->is_object() ? find_array(root->get_object(), "models") : nullptr;
  if (list == nullptr) {
    return fail(ErrorKind::config, "the list of models must be {\"models\": [...]}");
  }
  std::vector<ModelSpec> models;
  for (const auto& entry : *list) {
    std::string which = fmt::format("model {}", models.size() + 1);
    try {
      if (!entry.is_object()) throw BadEntry("an object was expected");
      which = find_string(entry.get_object(), "name").value_or(which);
      models.push_back(model_of(entry.get_object()));
    } catch (const BadEntry& bad) {
      return fail(ErrorKind::config, fmt::format("the list of models, {}: {}", which, bad.what()));
    }
  }
  if (std::ranges::count_if(models, &ModelSpec::is_default) != 1) {
    return fail(ErrorKind::config, "the list of models must mark one model as the default");
  }
  return models;
}

const std::vector<ModelSpec>& catalogue() {
  static const std::vector<ModelSpec> models = [] {
    auto parsed = parse_catalogue(embedded_catalogue());
    if (!parsed) throw std::logic_error(parsed.error().message);
    return std::move(*parsed);
  }();
  return models;
}

const ModelSpec* find_model(std::string_view name) {
  const auto& models = catalogue();
  const auto found = std::ranges::find_if(models, [&](const ModelSpec& spec) {
    return same_name(spec.name, name) || same_name(spec.title, name);
  });
  return found == models.end() ? nullptr : &*found;
}

const ModelSpec& default_model() {
  return *std::ranges::find_if(catalogue(), &ModelSpec::is_default);
}

}  // namespace hearth::models
