// What the archive holds, for people to look at.

#include <algorithm>

#include "hearth/kv/archive.h"

namespace hearth::kv {
namespace {

using Node = PrefixTree::Node;

/// Nodes that nothing follows. No recursion: a conversation may be thousands of nodes deep.
std::vector<const Node*> leaves_of(const Node& root) {
  std::vector<const Node*> leaves;
  std::vector<const Node*> open = {&root};
  while (!open.empty()) {
    const Node* const node = open.back();
    open.pop_back();
    for (const auto& child : node->children) open.push_back(child.get());
    if (node->children.empty() && node->rows != nullptr) leaves.push_back(node);
  }
  return leaves;
}

std::vector<Token> tokens_up_to(const Node& leaf) {
  std::vector<Token> tokens(static_cast<std::size_t>(leaf.end()));
  for (const Node* node = &leaf; node != nullptr; node = node->parent) {
    std::ranges::copy(node->tokens, tokens.begin() + node->begin);
  }
  return tokens;
}

void add_bytes(Branch& branch, const Item& item) {
  if (item.host) branch.host_bytes += item.bytes;
  if (item.on_disk) branch.disk_bytes += item.bytes;
}

Branch branch_of(const Node& leaf, double now) {
  Branch branch;
  branch.tokens = tokens_up_to(leaf);
  branch.uses = leaf.rows->uses;
  branch.idle_seconds = std::max(now - leaf.rows->last_use, 0.0);
  branch.score = leaf.rows->score;
  for (const Node* node = &leaf; node->parent != nullptr; node = node->parent) {
    if (node != &leaf && node->children.size() > 1) break;
    branch.own = leaf.end() - node->begin;
    if (node->rows != nullptr && node->rows->last == node) add_bytes(branch, *node->rows);
    if (node->point != nullptr) add_bytes(branch, *node->point);
  }
  return branch;
}

}  // namespace

Archive::Branches Archive::branches(std::size_t most) {
  const Lock lock(mutex_);
  take_done();
  std::vector<const Node*> leaves = leaves_of(tree_.root());
  Branches found;
  found.n_all = leaves.size();
  const std::size_t n = std::min(most, leaves.size());
  std::ranges::partial_sort(leaves, leaves.begin() + static_cast<std::ptrdiff_t>(n),
                            std::ranges::greater(),
                            [](const Node* leaf) { return leaf->rows->score; });
  leaves.resize(n);
  for (const Node* leaf : leaves) found.likeliest.push_back(branch_of(*leaf, now()));
  return found;
}

}  // namespace hearth::kv
