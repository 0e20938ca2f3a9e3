#include "hearth/models/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gguf_bytes.h"
#include "test_store.h"

#include "hearth/models/byte_size.h"
#include "hearth/models/listing.h"

namespace hearth::models {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const ModelSpec& small() {
  return *find_model("smollm2-135m-instruct");
}

struct Store : testing::Test {
  TestStore store;
};

TEST_F(Store, IsBelowTheDataFolder) {
  EXPECT_EQ(models_dir(), store.folder.path() / "hearth" / "models");
}

TEST_F(Store, ListsWholeModelsOnly) {
  EXPECT_TRUE(stored_models().empty());
  write_sparse(store.file(small().file), small().bytes);
  write(store.file("mine.gguf"), tiny_gguf());
  write(store.file("other.gguf.part"), "x");
  write(store.file(default_model().file), "not all of it");
  const auto models = stored_models();
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].name, "mine");
  EXPECT_EQ(models[0].spec, nullptr);
  EXPECT_EQ(models[1].name, small().name);
  EXPECT_EQ(models[1].spec, &small());
}

TEST_F(Store, ResolvesNamesFilesAndPaths) {
  write_sparse(store.file(small().file), small().bytes);
  write(store.file("mine.gguf"), tiny_gguf());
  const auto elsewhere = store.folder.path() / "elsewhere.gguf";
  write(elsewhere, tiny_gguf());
  EXPECT_EQ(resolve("smollm2-135m-instruct").value(), store.file(small().file));
  EXPECT_EQ(resolve(small().file).value(), store.file(small().file));
  EXPECT_EQ(resolve("mine").value(), store.file("mine.gguf"));
  EXPECT_EQ(resolve("mine.gguf").value(), store.file("mine.gguf"));
  EXPECT_EQ(resolve(elsewhere.string()).value(), elsewhere);
}

TEST_F(Store, ExpandsTheHomeFolder) {
  const Variable home("HOME", store.folder.path().string());
  write(store.folder.path() / "x.gguf", tiny_gguf());
  EXPECT_EQ(resolve("~/x.gguf").value(), store.folder.path() / "x.gguf");
}

TEST_F(Store, AKnownModelThatIsMissingNamesTheCommandAndTheSize) {
  for (const auto& name : {default_model().name, default_model().file}) {
    const auto path = resolve(name);
    ASSERT_FALSE(path);
    EXPECT_EQ(path.error().kind, ErrorKind::not_found);
    EXPECT_THAT(path.error().message,
                AllOf(HasSubstr("hearth get qwen2.5-coder-1.5b-instruct"), HasSubstr("1.1 GB")));
  }
}

TEST_F(Store, AKnownModelOfAnotherSizeIsFetchedAgain) {
  write(store.file(small().file), "half");
  const auto path = resolve(small().name);
  ASSERT_FALSE(path);
  EXPECT_THAT(path.error().message,
              AllOf(HasSubstr("has not the size"), HasSubstr("hearth get smollm2")));
}

TEST_F(Store, AnUnknownNameListsWhatThereIs) {
  write(store.file("mine.gguf"), tiny_gguf());
  for (const char* name : {"nothing", "", "./nothing.gguf"}) {
    const auto path = resolve(name);
    ASSERT_FALSE(path) << name;
    EXPECT_THAT(path.error().message,
                AllOf(HasSubstr("There are: mine"), HasSubstr("smollm2-135m-instruct")));
  }
}

TEST_F(Store, AFolderIsNoModel) {
  const auto path = resolve(store.folder.path().string());
  ASSERT_FALSE(path);
  EXPECT_THAT(path.error().message, HasSubstr("is a folder"));
}

TEST_F(Store, AnyModelCanHaveAnyName) {
  write(store.file("mine.gguf"), tiny_gguf());
  const auto named = resolve_named("openai/gpt-oss-20b=mine");
  ASSERT_TRUE(named) << named.error().message;
  EXPECT_EQ(named->name, "openai/gpt-oss-20b");
  EXPECT_EQ(named->path, store.file("mine.gguf"));
}

TEST_F(Store, WithoutANameTheFileGivesIt) {
  write_sparse(store.file(small().file), small().bytes);
  write(store.file("mine.gguf"), tiny_gguf());
  EXPECT_EQ(resolve_named("SmolLM2-135M-Instruct")->name, small().name);
  EXPECT_EQ(resolve_named(store.file("mine.gguf").string())->name, "mine");
}

TEST_F(Store, APathMayHoldAnEqualsSign) {
  const auto path = store.folder.path() / "a=b.gguf";
  write(path, tiny_gguf());
  EXPECT_EQ(resolve_named(path.string())->path, path);
  EXPECT_EQ(resolve_named("x=" + path.string())->path, path);
}

TEST_F(Store, BothSidesOfTheEqualsSignAreNeeded) {
  for (const char* argument : {"=x.gguf", "x=", "="}) {
    const auto named = resolve_named(argument);
    ASSERT_FALSE(named) << argument;
    EXPECT_EQ(named.error().kind, ErrorKind::invalid_request);
  }
}

TEST_F(Store, NoModelAtAllNamesTheCommandAndTheSize) {
  EXPECT_THAT(no_model_error().message,
              AllOf(HasSubstr("`hearth get qwen2.5-coder-1.5b-instruct`"), HasSubstr("1.1 GB")));
}

TEST_F(Store, IsListedWithWhatCanBeFetchedAndWhatIsGivenByPath) {
  write(store.file("mine.gguf"), tiny_gguf());
  const auto broken = store.folder.path() / "broken.gguf";
  write(broken, "GGUF");
  const auto rows = list_models({broken});
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0].architecture, "qwen2");
  EXPECT_EQ(rows[0].kv_bytes_per_token, 28U * 1024);
  EXPECT_TRUE(rows[1].is_default);
  EXPECT_TRUE(rows[1].path.empty());
  EXPECT_THAT(rows[4].problem, HasSubstr("cannot be used"));

  const std::string table = as_table(rows);
  EXPECT_THAT(table, HasSubstr("28 KiB"));
  EXPECT_THAT(table, HasSubstr("qwen2.5-coder-1.5b-instruct (default)"));
  EXPECT_THAT(table, HasSubstr("hearth get smollm2-135m-instruct"));

  const auto list = as_json(rows);
  EXPECT_TRUE(list[0].at("present").as_bool());
  EXPECT_EQ(list[0].at("context_length").to_number<int>(), 32768);
  EXPECT_FALSE(list[1].at("present").as_bool());
  EXPECT_TRUE(list[1].at("path").is_null());
  EXPECT_FALSE(list[4].at("present").as_bool());
}

TEST(FileSize, IsReadable) {
  EXPECT_EQ(file_size_in_words(7), "7 B");
  EXPECT_EQ(file_size_in_words(12'300), "12 kB");
  EXPECT_EQ(file_size_in_words(98'362'432), "98 MB");
  EXPECT_EQ(file_size_in_words(999'900'000), "1.0 GB");
  EXPECT_EQ(file_size_in_words(1'117'320'768), "1.1 GB");
}

}  // namespace
}  // namespace hearth::models
