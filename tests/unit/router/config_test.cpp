#include "hearth/router/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace hearth::router {
namespace {

using testing::HasSubstr;

Result<Config> parse(std::string_view text, const std::map<std::string, std::string>& set = {}) {
  return parse_config(text, "config.json", [set](const std::string& name) {
    const auto found = set.find(name);
    return found == set.end() ? std::optional<std::string>() : std::optional(found->second);
  });
}

std::string error_of(std::string_view text) {
  const auto config = parse(text);
  return config ? "no error" : config.error().message;
}

// The three configurations that users bring, verbatim.
constexpr const char* one_model =
    R"({"Providers":[{"name":"strix-halo","api_base_url":"http://localhost:1234/v1/chat/completions","api_key":"test","models":["openai/gpt-oss-20b"]}],
 "Router":{"default":"strix-halo,openai/gpt-oss-20b","background":"strix-halo,openai/gpt-oss-20b","think":"strix-halo,openai/gpt-oss-20b",
 "longContext":"strix-halo,openai/gpt-oss-20b","longContextThreshold":60000,"webSearch":"strix-halo,openai/gpt-oss-20b","image":"strix-halo,openai/gpt-oss-20b"}})";
constexpr const char* two_instances =
    R"({"Providers":[{"name":"lmstudio-small","models":["openai/gpt-oss-20b:2"],"default_params":{"max_tokens":1024}},
 {"name":"lmstudio-long","models":["openai/gpt-oss-20b"],"default_params":{"max_tokens":32000}}],
 "Router":{"default":"lmstudio-small,openai/gpt-oss-20b:2","background":"lmstudio-small,openai/gpt-oss-20b:2","think":"lmstudio-long,openai/gpt-oss-20b",
 "longContext":"lmstudio-long,openai/gpt-oss-20b","longContextThreshold":3000,"webSearch":"lmstudio-small,openai/gpt-oss-20b:2","image":"lmstudio-small,openai/gpt-oss-20b:2"}})";
constexpr const char* two_models =
    R"({"Providers":[{"name":"lmstudio-small","models":["openai/gpt-oss-20b"],"default_params":{"max_tokens":1024}},
 {"name":"lmstudio-long","models":["openai/gpt-oss-120b"],"default_params":{"max_tokens":32000}}],
 "Router":{"default":"lmstudio-small,openai/gpt-oss-20b","background":"lmstudio-small,openai/gpt-oss-20b","think":"lmstudio-long,openai/gpt-oss-120b",
 "longContext":"lmstudio-long,openai/gpt-oss-120b","longContextThreshold":3000,"webSearch":"lmstudio-small,openai/gpt-oss-20b","image":"lmstudio-small,openai/gpt-oss-20b"}})";

TEST(Config, OneModelForEverythingLoadsVerbatim) {
  const auto config = parse(one_model);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->providers.at(0).kind, ProviderKind::openai);
  EXPECT_EQ(config->providers.at(0).api_key, "test");
  EXPECT_EQ(config->router.long_context_threshold, 60000);
  EXPECT_EQ(to_string(*config->router.image), "strix-halo,openai/gpt-oss-20b");
  EXPECT_TRUE(config->warnings.empty());
}

TEST(Config, TwoInstancesOfOneModelLoadVerbatim) {
  const auto config = parse(two_instances);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->providers.at(0).kind, ProviderKind::local);
  EXPECT_EQ(config->providers.at(0).default_params.max_tokens, 1024);
  EXPECT_EQ(config->router.default_route->model, "openai/gpt-oss-20b:2");
  EXPECT_EQ(weights_name("openai/gpt-oss-20b:2"), weights_name("openai/gpt-oss-20b"));
  EXPECT_EQ(config->router.long_context_threshold, 3000);
}

TEST(Config, TwoModelsLoadVerbatim) {
  const auto config = parse(two_models);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->router.think->model, "openai/gpt-oss-120b");
  EXPECT_EQ(config->providers.at(1).default_params.max_tokens, 32000);
}

TEST(Config, OnlyDigitsNameAnInstance) {
  EXPECT_EQ(weights_name("qwen3:8b"), "qwen3:8b");
  EXPECT_EQ(weights_name("a:2"), "a");
  EXPECT_EQ(weights_name("a:"), "a:");
}

TEST(Config, VariablesComeFromTheEnvironment) {
  const auto config = parse(
      R"({Providers:[{name:'p',api_base_url:'http://${HOST}/x',api_key:'$KEY',models:['a$$b$']}]})",
      {{"HOST", "h"}, {"KEY", "k"}});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->providers[0].api_base_url, "http://h/x");
  EXPECT_EQ(config->providers[0].api_key, "k");
  EXPECT_EQ(config->providers[0].models[0], "a$b$");
}

TEST(Config, AnUnsetVariableIsAnErrorThatNamesIt) {
  EXPECT_THAT(error_of("{Providers:[\n{name:'p', api_key:'$MISSING_KEY', models:['a']}]}"),
              HasSubstr("config.json:2:12: Providers[0].api_key: the environment variable "
                        "MISSING_KEY is not set"));
}

TEST(Config, TheKindFollowsUrlTypeAndTransformer) {
  const auto kind = [](const std::string& fields) {
    const auto config = parse("{Providers:[{name:'p',models:['a']," + fields + "}]}");
    return config ? to_string(config->providers[0].kind) : std::string_view(config.error().message);
  };
  EXPECT_EQ(kind(""), "local");
  EXPECT_EQ(kind("api_base_url:'http://h/v1/chat/completions'"), "openai");
  EXPECT_EQ(kind("api_base_url:'https://h/v1/messages'"), "anthropic");
  EXPECT_EQ(kind("api_base_url:'https://h/x',type:'anthropic'"), "anthropic");
  EXPECT_EQ(kind("api_base_url:'https://h/x',transformer:{use:['Anthropic']}"), "anthropic");
  EXPECT_EQ(kind("api_base_url:'https://h/x',provider:'local'"), "local");
}

TEST(Config, ALocalProviderHasItsSettings) {
  const auto config = parse(
      "{Providers:[{name:'p',models:['a'],context:65536,threads:4,gpu_layers:'all',"
      "flash_attention:'on'}]}");
  ASSERT_TRUE(config) << config.error().message;
  const LocalSettings& local = config->providers[0].local;
  EXPECT_EQ(local.context, 65536);
  EXPECT_EQ(local.threads, 4);
  EXPECT_EQ(local.gpu_layers, -1);
  EXPECT_EQ(local.flash_attention, FlashAttention::on);
}

TEST(Config, WhatIsNotUsedIsNamed) {
  const auto config = parse(
      "{CUSTOM_ROUTER_PATH:'$HOME/r.js', Colour:'red', Providers:[{name:'p',models:['a'],"
      "api_base_url:'http://h/',transformer:{use:['forcereasoning']}}]}");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_THAT(config->warnings,
              testing::UnorderedElementsAre(HasSubstr("p: the transformer \"forcereasoning\""),
                                            HasSubstr("CUSTOM_ROUTER_PATH: a router in JavaScript"),
                                            "the key \"Colour\" is not used"));
}

TEST(Config, EveryMistakeIsToldWithItsPlace) {
  const std::string errors = error_of(
      "{PORT: 'x',\n Providers:[{name:'p',models:'m'}],\n Router:{default:'q,m', think: 3}}");
  EXPECT_THAT(errors, HasSubstr("config.json:1:2: PORT: expected a whole number"));
  EXPECT_THAT(errors, HasSubstr("config.json:2:23: Providers[0].models: expected an array"));
  EXPECT_THAT(errors, HasSubstr("Router.default: no provider is named \"q\""));
  EXPECT_THAT(errors, HasSubstr("Router.think: expected a string, found a number"));
}

TEST(Config, AProviderWithoutAKeyIsNotSkipped) {
  const auto config =
      parse("{Providers:[{name:'p',models:['a'],api_base_url:'http://h/v1/chat/completions'}]}");
  ASSERT_TRUE(config);
  EXPECT_NE(config->find_provider("p"), nullptr);
}

TEST(Config, ErrorsNameFileLineKeyAndWhatWasExpected) {
  EXPECT_EQ(error_of("{\n Providers: 'x'}"),
            "config.json:2:2: Providers: expected an array, found a string");
  EXPECT_EQ(error_of("{Providers:[{name:'p',\n  models:'a'}]}"),
            "config.json:2:3: Providers[0].models: expected an array, found a string");
  EXPECT_THAT(error_of("{Providers:[{models:['a']}]}"), HasSubstr("Providers[0].name: expected a"));
  EXPECT_THAT(error_of("{Providers:[{name:'p'}]}"), HasSubstr("Providers[0].models: expected a"));
  EXPECT_THAT(error_of("{Providers:[{name:'p',models:['a']},{name:'p',models:['a']}]}"),
              HasSubstr("Providers[1].name: the name \"p\" is taken"));
  EXPECT_THAT(error_of("{Providers:[{name:'p',models:['a'],api_base_url:'h:1'}]}"),
              HasSubstr("Providers[0].api_base_url: expected the full URL"));
  EXPECT_THAT(error_of("{Providers:[{name:'p',models:['a'],default_params:{max_tokens:'x'}}]}"),
              HasSubstr("Providers[0].default_params.max_tokens: expected a whole number, found"));
  EXPECT_THAT(error_of("{Providers:[{name:'p',models:['a']}],Router:{default:'p'}}"),
              HasSubstr("Router.default: expected \"provider,model\", found \"p\""));
  EXPECT_THAT(error_of("{Providers:[{name:'p',models:['a']}],Router:{default:'q,a'}}"),
              HasSubstr("Router.default: no provider is named \"q\""));
  EXPECT_THAT(error_of("{Providers:[{name:'p',models:['a']}],Router:{think:'p,b'}}"),
              HasSubstr("Router.think: the provider \"p\" has no model \"b\""));
  EXPECT_THAT(error_of("{PORT:99999}"), HasSubstr("PORT: expected 0 to 65535, found 99999"));
  EXPECT_THAT(error_of("{LOG_LEVEL:'loud'}"), HasSubstr("LOG_LEVEL: expected one of"));
  EXPECT_THAT(error_of("{a"), HasSubstr("config.json: line 1, column 3: expected ':'"));
  EXPECT_THAT(error_of("[]"), HasSubstr("expected an object, found an array"));
}

TEST(Config, NumbersMayBeWrittenAsTexts) {
  const auto config = parse("{PORT:'3456',API_TIMEOUT_MS:'1000'}");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->port, 3456);
  EXPECT_EQ(config->api_timeout_ms, 1000);
}

}  // namespace
}  // namespace hearth::router
