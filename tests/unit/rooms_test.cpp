#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

/// The rooms and their floors. A room may use its own files and those of lower floors: not one
/// above it, and no other one on its own floor.
const std::map<std::string, int> floors{
    {"base", 0},    {"chat", 1},  {"kv", 2},     {"wire", 2},   {"observe", 2},
    {"models", 2},  {"trace", 3}, {"router", 3}, {"engine", 3}, {"provider", 4},
    {"gateway", 5}, {"agent", 5}, {"cli", 6}};

struct Include {
  std::string room;    ///< of the file that includes
  std::string where;   ///< "kv/prefix_cache.h:5"
  std::string header;  ///< as written between the quotes or brackets
};

const fs::path source = fs::path(HEARTH_SOURCE_DIR) / "src" / "hearth";

std::vector<Include> includes_in(const fs::path& file, const std::string& room) {
  static const std::regex directive(R"(^\s*#\s*include\s*["<]([^">]+)[">])");
  std::vector<Include> found;
  std::ifstream in(file);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    std::smatch match;
    if (!std::regex_search(line, match, directive)) continue;
    found.push_back(
        {room, fs::relative(file, source).string() + ":" + std::to_string(number), match[1]});
  }
  return found;
}

std::vector<Include> all_includes() {
  std::vector<Include> all;
  for (const auto& [room, floor] : floors) {
    if (!fs::is_directory(source / room)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(source / room)) {
      const std::string name = entry.path().filename().string();
      if (!entry.is_regular_file() ||
          !std::regex_search(name, std::regex(R"(\.(h|cpp)(\.in)?$)"))) {
        continue;
      }
      const auto found = includes_in(entry.path(), room);
      all.insert(all.end(), found.begin(), found.end());
    }
  }
  return all;
}

/// "kv" of "hearth/kv/prefix_cache.h"; empty for a header that is not ours.
std::string room_of(const std::string& header) {
  std::smatch match;
  return std::regex_search(header, match, std::regex("^hearth/([^/]+)/")) ? match[1].str() : "";
}

/// The names of the engine library's own headers, as its include folders hold them.
std::set<std::string> engine_headers() {
  std::set<std::string> names;
  std::stringstream folders(HEARTH_ENGINE_INCLUDE_DIRS);
  std::string folder;
  while (std::getline(folders, folder, ':')) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      const auto extension = entry.path().extension();
      if (extension == ".h" || extension == ".hpp") names.insert(entry.path().filename().string());
    }
  }
  return names;
}

TEST(Rooms, EveryFolderIsARoomWithAFloor) {
  std::vector<std::string> unknown;
  for (const auto& entry : fs::directory_iterator(source)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && !floors.contains(name)) unknown.push_back(name);
  }
  EXPECT_THAT(unknown, IsEmpty());
}

TEST(Rooms, UseOnlyRoomsOnLowerFloors) {
  std::vector<std::string> wrong;
  int seen = 0;
  for (const Include& include : all_includes()) {
    const std::string used = room_of(include.header);
    if (used.empty()) continue;
    ++seen;
    if (used == include.room) continue;
    const auto floor = floors.find(used);
    if (floor == floors.end() || floor->second >= floors.at(include.room)) {
      wrong.push_back(include.where + ": " + include.room + " may not include " + include.header);
    }
  }
  EXPECT_GT(seen, 100) << "the sources were not found below " << source;
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(Rooms, OnlyTheEngineIncludesTheEngineLibrary) {
  const auto headers = engine_headers();
  ASSERT_TRUE(headers.contains("llama.h")) << HEARTH_ENGINE_INCLUDE_DIRS;
  ASSERT_TRUE(headers.contains("ggml.h"));
  std::vector<std::string> wrong;
  bool engine_seen = false;
  for (const Include& include : all_includes()) {
    if (!headers.contains(include.header)) continue;
    if (include.room == "engine") {
      engine_seen = true;
    } else {
      wrong.push_back(include.where + ": " + include.header + " belongs to the engine room");
    }
  }
  EXPECT_TRUE(engine_seen) << "not even engine/ includes the library: does this test look right?";
  EXPECT_THAT(wrong, IsEmpty());
}

}  // namespace
