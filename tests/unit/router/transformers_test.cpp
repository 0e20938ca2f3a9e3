#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "hearth/router/config.h"

namespace hearth::router {
namespace {

using testing::HasSubstr;

Result<Config> with_transformer(const std::string& transformer,
                                const std::string& url = "http://h/v1/chat/completions") {
  return parse_config("{Providers:[{name:'p',models:['a','b'],api_base_url:'" + url +
                          "',transformer:" + transformer + "}]}",
                      "c", [](const std::string&) { return std::nullopt; });
}

RouteParams params_of(const std::string& transformer) {
  const auto config = with_transformer(transformer);
  EXPECT_TRUE(config) << config.error().message;
  return config ? config->providers.front().default_params : RouteParams{};
}

TEST(Transformers, AreParametersOfTheProvider) {
  EXPECT_EQ(params_of("{use:[['maxtoken',{max_tokens:16384}]]}").max_tokens, 16384);
  EXPECT_EQ(to_json(params_of("{use:['deepseek']}").other), R"({"reasoning_content":true})");
  EXPECT_EQ(to_json(params_of("{use:[['customparams',{provider:{order:['x']}}]]}").other),
            R"({"provider":{"order":["x"]}})");
  const RouteParams sampling =
      params_of("{use:[['sampling',{temperature:0.5,top_k:20,typical_p:1}]]}");
  EXPECT_EQ(sampling.sampling.temperature, 0.5);
  EXPECT_EQ(sampling.sampling.top_k, 20);
  EXPECT_EQ(to_json(sampling.other), R"({"typical_p":1})");
}

TEST(Transformers, OfSingleProvidersSayHowTheyWantTheirRequests) {
  EXPECT_EQ(params_of("{use:['deepseek']}").max_tokens, 8192);
  EXPECT_EQ(params_of("{use:[['maxtoken',{max_tokens:16384}],'deepseek']}").max_tokens, 8192);
  EXPECT_EQ(params_of("{use:['deepseek',['maxtoken',{max_tokens:4096}]]}").max_tokens, 4096);
  EXPECT_EQ(to_json(params_of("{use:['groq']}").other),
            R"({"$schema":false,"cache_control":false})");
  EXPECT_EQ(to_json(params_of("{use:['reasoning']}").other),
            R"({"reasoning_content":true,"thinking_form":"thinking"})");
  EXPECT_EQ(to_json(params_of("{use:[['openrouter',{provider:{only:['x']}}]]}").other),
            R"({"thinking_form":"reasoning","provider":{"only":["x"]}})");
  EXPECT_EQ(to_json(params_of("{use:[['openrouter',{providerOrder:['x']}]]}").other),
            R"({"thinking_form":"reasoning","provider":{"order":["x"]}})");
}

TEST(Transformers, OfAModelAreItsOwn) {
  const auto config =
      with_transformer("{use:['openrouter'],a:{use:[['maxtoken',{max_tokens:9}],'tooluse']}}");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->providers.front().model_params.at("a").max_tokens, 9);
  EXPECT_FALSE(config->providers.front().default_params.max_tokens);
}

TEST(Transformers, GeminiIsAskedInItsOwnFormatUnlessTheUrlIsTheOther) {
  const std::string host = "https://generativelanguage.googleapis.com/v1beta";
  const auto own = with_transformer("{use:['gemini']}", host + "/models/");
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_EQ(own->providers.front().kind, ProviderKind::gemini);
  const auto by_url = with_transformer("{use:[]}", host + "/models/");
  ASSERT_TRUE(by_url) << by_url.error().message;
  EXPECT_EQ(by_url->providers.front().kind, ProviderKind::gemini);
  const auto other = with_transformer("{use:['gemini']}", host + "/openai/chat/completions");
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(other->providers.front().kind, ProviderKind::openai);
}

TEST(Transformers, AnUnknownOneIsAnErrorThatNamesTheKnownOnes) {
  const auto config = with_transformer("{use:['deepsek']}");
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().message,
              testing::AllOf(HasSubstr("Providers[0].transformer.use[0]"), HasSubstr("\"deepsek\""),
                             HasSubstr("deepseek, enhancetool")));
}

TEST(Transformers, OneOfAnotherApiIsAnError) {
  const auto config = with_transformer("{use:['vertex-gemini']}");
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().message, HasSubstr("OpenAI-compatible endpoint"));
}

TEST(Transformers, OtherShapesAreErrors) {
  for (const char* wrong : {"['deepseek']", "{use:'deepseek'}", "{use:[3]}", "{a:'x'}", "7"}) {
    EXPECT_FALSE(with_transformer(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace hearth::router
