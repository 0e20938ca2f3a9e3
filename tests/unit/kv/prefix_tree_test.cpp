#include "hearth/kv/prefix_tree.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "hearth/kv/item.h"

namespace hearth::kv {
namespace {

using Tokens = std::vector<Token>;

TEST(PrefixTree, SequencesThatBeginAlikeShareTheirBeginning) {
  PrefixTree tree;
  tree.insert(Tokens{1, 2, 3, 4});
  tree.insert(Tokens{1, 2, 7, 8});
  EXPECT_EQ(tree.n_tokens(), 6U);
  EXPECT_EQ(tree.n_nodes(), 3U);
  EXPECT_EQ(tree.walk(Tokens{1, 2, 7, 9}).length, 3);
  EXPECT_EQ(tree.walk(Tokens{2}).length, 0);
}

TEST(PrefixTree, ASplitKeepsTheLowerNodesAddressAndBothKeepTheirRows) {
  PrefixTree tree;
  Item item;
  PrefixTree::Node& lower = tree.insert(Tokens{1, 2, 3, 4});
  lower.rows = &item;
  const PrefixTree::Node& upper = tree.insert(Tokens{1, 2});
  EXPECT_EQ(lower.begin, 2);
  EXPECT_EQ(lower.parent, &upper);
  EXPECT_EQ(upper.rows, &item);
  EXPECT_EQ(&tree.node_at(lower, 2), &upper);
  EXPECT_EQ(&tree.node_at(lower, 4), &lower);
}

TEST(PrefixTree, PruningRemovesEmptyLinesAndNothingElse) {
  PrefixTree tree;
  Item item;
  tree.insert(Tokens{1, 2}).rows = &item;
  tree.prune(tree.insert(Tokens{1, 2, 3, 4}));
  EXPECT_EQ(tree.n_tokens(), 2U);
  tree.prune(tree.insert(Tokens{1, 2}));
  EXPECT_EQ(tree.n_tokens(), 2U) << "it holds rows";
}

/// Against a set of all prefixes.
TEST(PrefixTree, RandomSequencesAreFoundAsFarAsTheyAreKnown) {
  std::mt19937 random(3);
  PrefixTree tree;
  std::set<Tokens> prefixes;
  for (int i = 0; i < 500; ++i) {
    Tokens tokens(1 + random() % 12);
    for (Token& token : tokens) token = static_cast<Token>(random() % 3);
    int expected = 0;
    for (std::size_t n = 1; n <= tokens.size(); ++n) {
      if (prefixes.contains({tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(n)})) {
        expected = static_cast<int>(n);
      }
    }
    ASSERT_EQ(tree.walk(tokens).length, expected);
    EXPECT_EQ(tree.insert(tokens).end(), static_cast<int>(tokens.size()));
    for (std::size_t n = 1; n <= tokens.size(); ++n) {
      prefixes.insert({tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(n)});
    }
    ASSERT_EQ(tree.n_tokens(), prefixes.size());
  }
}

TEST(PrefixTree, LongRunsTakeFewBytesPerToken) {
  PrefixTree tree;
  for (Token conversation = 0; conversation < 20; ++conversation) {
    Tokens tokens;
    for (int turn = 0; turn < 20; ++turn) {
      tokens.resize(tokens.size() + 500, conversation);
      tree.insert(tokens);
    }
  }
  EXPECT_LE(tree.memory_bytes(), 8 * tree.n_tokens());
}

}  // namespace
}  // namespace hearth::kv
