#include "hearth/agent/tool_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::agent {
namespace {

using testing::HasSubstr;

/// What is wrong with the arguments; empty if all is well.
std::string wrong_with(std::string_view schema, json::object arguments) {
  const auto parsed = parse_json(schema);
  return mend_arguments(parsed->get_object(), arguments).value_or("");
}

TEST(ToolSchema, AServersOwnSchemasAreTolerated) {
  const std::string_view odd = R"({"type": "object", "required": ["x", 7],
    "properties": {"x": true, "y": {"type": ["string", "null"]}, "z": {"type": "integer"}}})";
  EXPECT_EQ(wrong_with(odd, {{"x", 1}, {"y", "text"}}), "");
  EXPECT_EQ(wrong_with(odd, {{"x", "1"}, {"y", nullptr}, {"z", "3"}}), "");
  EXPECT_THAT(wrong_with(odd, {{"y", "text"}}), HasSubstr("\"x\" is missing"));
  EXPECT_THAT(wrong_with(odd, {{"x", 1}, {"q", 2}}),
              HasSubstr("x (any), y (any, optional), z (integer, optional)"));
}

TEST(ToolSchema, WithoutPropertiesAnyArgumentIsTaken) {
  EXPECT_EQ(wrong_with(R"({"type": "object"})", {{"x", 1}}), "");
  EXPECT_EQ(wrong_with("{}", {{"x", 1}}), "");
  EXPECT_EQ(
      wrong_with(R"({"properties": {}, "additionalProperties": {"type": "string"}})", {{"x", "1"}}),
      "");
  EXPECT_THAT(wrong_with(R"({"properties": {}})", {{"x", 1}}), HasSubstr("no argument \"x\""));
  EXPECT_THAT(wrong_with(R"({"additionalProperties": false})", {{"x", 1}}),
              HasSubstr("no argument \"x\""));
}

}  // namespace
}  // namespace hearth::agent
