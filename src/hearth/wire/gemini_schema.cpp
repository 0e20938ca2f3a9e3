#include "hearth/wire/gemini_schema.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth::wire {
namespace {

constexpr int most_nodes = 20000;
constexpr int deepest = 64;

constexpr std::array<std::string_view, 11> taken_as_they_are{
    "title",   "description", "minItems",      "maxItems",      "minLength", "maxLength",
    "minimum", "maximum",     "minProperties", "maxProperties", "pattern"};

constexpr std::array<std::string_view, 6> known_formats{"enum",  "date-time", "int32",
                                                        "int64", "float",     "double"};

std::string upper(std::string_view word) {
  std::string text(word);
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

json::object any_object() {
  return {{"type", "OBJECT"}};
}

bool is_null_schema(const json::value& schema) {
  const json::object* object = schema.if_object();
  return object != nullptr && find_string(*object, "type") == "null";
}

/// One level of `parts` put into what stands beside `allOf`.
json::object merged(const json::object& beside, const json::array& parts) {
  json::object whole = beside;
  whole.erase("allOf");
  for (const json::value& part : parts) {
    const json::object* object = part.if_object();
    if (object == nullptr) continue;
    for (const auto& member : *object) {
      json::value* known = whole.if_contains(member.key());
      if (known == nullptr) {
        whole.emplace(member.key(), member.value());
      } else if (known->is_object() && member.value().is_object()) {
        for (const auto& inner : member.value().get_object()) {
          known->get_object().emplace(inner.key(), inner.value());
        }
      } else if (known->is_array() && member.value().is_array()) {
        for (const json::value& item : member.value().get_array()) {
          known->get_array().push_back(item);
        }
      }
    }
  }
  return whole;
}

class Cleaner {
 public:
  explicit Cleaner(const json::object& root) : root_(root) {}

  json::object clean(const json::object& schema) {
    if (++nodes_ > most_nodes || depth_ >= deepest) return any_object();
    ++depth_;
    json::object cleaned;
    if (const auto reference = find_string(schema, "$ref")) {
      cleaned = referenced(schema, std::string(*reference));
    } else if (const json::array* all = find_array(schema, "allOf")) {
      cleaned = clean(merged(schema, *all));
    } else {
      cleaned = plain(schema);
    }
    --depth_;
    return cleaned;
  }

 private:
  /// `true` allows everything, which cannot be said.
  json::object clean_value(const json::value& schema) {
    const json::object* object = schema.if_object();
    return object == nullptr ? json::object{{"type", "STRING"}} : clean(*object);
  }

  /// What "#/$defs/name" points to, or null.
  [[nodiscard]] const json::object* target(std::string_view reference) const {
    if (!reference.starts_with('#')) return nullptr;
    const json::object* at = &root_;
    for (std::size_t begin = 2; at != nullptr && begin < reference.size();) {
      const std::size_t end = std::min(reference.find('/', begin), reference.size());
      at = find_object(*at, reference.substr(begin, end - begin));
      begin = end + 1;
    }
    return at;
  }

  json::object referenced(const json::object& schema, const std::string& reference) {
    const json::object* found = target(reference);
    if (found == nullptr || std::ranges::find(open_, reference) != open_.end()) {
      return any_object();
    }
    open_.push_back(reference);
    json::object cleaned = clean(*found);
    open_.pop_back();
    if (const auto words = find_string(schema, "description")) cleaned["description"] = *words;
    return cleaned;
  }

  json::object plain(const json::object& schema) {
    json::object cleaned;
    for (const std::string_view key : taken_as_they_are) {
      if (const json::value* value = find(schema, key)) cleaned[key] = *value;
    }
    if (const auto format = find_string(schema, "format");
        format && std::ranges::find(known_formats, *format) != known_formats.end()) {
      cleaned["format"] = *format;
    }
    for (const char* key : {"anyOf", "oneOf"}) {
      if (const json::array* list = find_array(schema, key)) choices(*list, cleaned);
    }
    type(schema, cleaned);
    // A copy: what is added below moves the members.
    const std::string kind(find_string(cleaned, "type").value_or(""));
    if (kind == "OBJECT") properties(schema, cleaned);
    if (kind == "ARRAY") items(schema, cleaned);
    if (kind == "STRING") enumeration(schema, cleaned);
    return cleaned;
  }

  void choices(const json::array& list, json::object& cleaned) {
    json::array any_of;
    for (const json::value& choice : list) {
      if (is_null_schema(choice)) {
        cleaned["nullable"] = true;
      } else {
        any_of.push_back(clean_value(choice));
      }
    }
    if (any_of.size() == 1) {
      for (const auto& member : any_of.front().get_object()) {
        cleaned.emplace(member.key(), member.value());
      }
    } else if (!any_of.empty()) {
      cleaned["anyOf"] = std::move(any_of);
    }
  }

  void type(const json::object& schema, json::object& cleaned) {
    if (const auto name = find_string(schema, "type")) {
      cleaned["type"] = upper(*name);
      return;
    }
    if (const json::array* names = find_array(schema, "type")) {
      types(schema, *names, cleaned);
    } else if (!cleaned.contains("type") && !cleaned.contains("anyOf")) {
      cleaned["type"] = schema.contains("properties") ? "OBJECT"
                        : schema.contains("items")    ? "ARRAY"
                                                      : "STRING";
    }
  }

  void types(const json::object& schema, const json::array& names, json::object& cleaned) {
    json::array any_of;
    for (const json::value& name : names) {
      if (!name.is_string()) continue;
      if (name.get_string() == "null") {
        cleaned["nullable"] = true;
        continue;
      }
      json::object one = schema;
      one["type"] = name;
      one.erase("description");
      any_of.push_back(clean(one));
    }
    if (any_of.empty()) {
      cleaned["type"] = "STRING";
    } else if (any_of.size() == 1) {
      cleaned["type"] = any_of.front().get_object()["type"];
    } else {
      cleaned["anyOf"] = std::move(any_of);
    }
  }

  void properties(const json::object& schema, json::object& cleaned) {
    const json::object* known = find_object(schema, "properties");
    if (known == nullptr || known->empty()) return;
    json::object cleaned_properties;
    for (const auto& member : *known) {
      cleaned_properties[member.key()] = clean_value(member.value());
    }
    json::array required;
    if (const json::array* names = find_array(schema, "required")) {
      for (const json::value& name : *names) {
        // A required property that is not described is refused.
        if (name.is_string() && known->contains(name.get_string())) required.push_back(name);
      }
    }
    cleaned["properties"] = std::move(cleaned_properties);
    if (!required.empty()) cleaned["required"] = std::move(required);
  }

  /// An array must say what is in it.
  void items(const json::object& schema, json::object& cleaned) {
    const json::value* item = find(schema, "items");
    const json::array* tuple = find_array(schema, "prefixItems");
    if (item != nullptr && item->is_array()) tuple = &item->get_array();
    if (tuple != nullptr && !tuple->empty()) item = &tuple->front();
    cleaned["items"] =
        item == nullptr || item->is_array() ? json::object{{"type", "STRING"}} : clean_value(*item);
  }

  /// Only of texts.
  static void enumeration(const json::object& schema, json::object& cleaned) {
    json::array texts;
    if (const json::array* values = find_array(schema, "enum")) {
      for (const json::value& value : *values) {
        if (value.is_string() && !value.get_string().empty()) texts.push_back(value);
      }
    } else if (const auto only = find_string(schema, "const")) {
      texts.emplace_back(*only);
    }
    if (!texts.empty()) cleaned["enum"] = std::move(texts);
  }

  const json::object& root_;
  std::vector<std::string> open_;  ///< references that are being written out
  int nodes_ = 0;
  int depth_ = 0;
};

}  // namespace

json::object gemini_schema(const json::object& schema) {
  return Cleaner(schema).clean(schema);
}

}  // namespace hearth::wire
