#include "hearth/engine/grammar_schema.h"

#include <gtest/gtest.h>

namespace hearth::engine {
namespace {

json::object schema_of(std::string_view text) {
  return parse_json(text)->as_object();
}

TEST(GrammarSchema, WhatAGrammarCannotHoldIsLeftOut) {
  EXPECT_EQ(to_json(relax_for_grammar(schema_of(
                R"({"type":"object","$schema":"x","properties":{"path":{"type":"string",
                "maxLength":524288,"pattern":"^/","format":"uri"},"n":{"type":"integer",
                "minimum":-9007199254740991,"maximum":9007199254740991}},"required":["path"]})"))),
            R"({"type":"object","properties":{"path":{"type":"string"},"n":{"type":"integer"}},)"
            R"("required":["path"]})");
}

TEST(GrammarSchema, APropertyMayHaveAKeywordsName) {
  const auto relaxed = relax_for_grammar(schema_of(
      R"({"type":"object","properties":{"pattern":{"type":"string"},"format":{"enum":["a"]}}})"));
  EXPECT_EQ(relaxed.at("properties").as_object().size(), 2U);
}

TEST(GrammarSchema, ShortLimitsAndAlternativesStay) {
  const char* text = R"({"anyOf":[{"type":"string","maxLength":8},{"type":"null"}]})";
  EXPECT_EQ(to_json(relax_for_grammar(schema_of(text))), text);
}

}  // namespace
}  // namespace hearth::engine
