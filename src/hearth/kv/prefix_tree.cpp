#include "hearth/kv/prefix_tree.h"

#include <algorithm>

namespace hearth::kv {
namespace {

using Node = PrefixTree::Node;
using Children = std::vector<std::unique_ptr<Node>>;

auto child_place(const Children& children, Token first) {
  return std::ranges::lower_bound(children, first, {},
                                  [](const auto& child) { return child->tokens.front(); });
}

Node* child_of(const Node& node, Token first) {
  const auto found = child_place(node.children, first);
  const bool there = found != node.children.end() && (*found)->tokens.front() == first;
  return there ? found->get() : nullptr;
}

std::size_t common_length(TokenSpan a, TokenSpan b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

PrefixTree::PrefixTree() = default;

PrefixTree::Walk PrefixTree::walk(TokenSpan tokens) const {
  Walk walk;
  const Node* node = &root_;
  std::size_t length = 0;
  while (length < tokens.size()) {
    Node* const child = child_of(*node, tokens[length]);
    if (child == nullptr) break;
    const std::size_t common = common_length(child->tokens, tokens.subspan(length));
    walk.path.push_back(child);
    length += common;
    if (common < child->tokens.size()) break;
    node = child;
  }
  walk.length = static_cast<int>(length);
  return walk;
}

Node& PrefixTree::insert(Node& after, TokenSpan tokens) {
  Node* node = &after;
  std::size_t length = 0;
  while (length < tokens.size()) {
    Node* const child = child_of(*node, tokens[length]);
    if (child == nullptr) return add_child(*node, tokens.subspan(length));
    const std::size_t common = common_length(child->tokens, tokens.subspan(length));
    length += common;
    node = common < child->tokens.size() ? &split(*child, common) : child;
  }
  return *node;
}

Node& PrefixTree::node_at(Node& last, int position) {
  Node* node = &last;
  while (node->begin >= position && node != &root_) node = node->parent;
  if (position == node->end()) return *node;
  return split(*node, static_cast<std::size_t>(position - node->begin));
}

Node& PrefixTree::add_child(Node& parent, TokenSpan tokens) {
  auto child = std::make_unique<Node>();
  child->parent = &parent;
  child->begin = parent.end();
  child->tokens.assign(tokens.begin(), tokens.end());
  Node& added = *child;
  parent.children.insert(child_place(parent.children, tokens.front()), std::move(child));
  n_tokens_ += tokens.size();
  ++n_nodes_;
  return added;
}

Node& PrefixTree::split(Node& node, std::size_t offset) {
  const auto cut = static_cast<std::ptrdiff_t>(offset);
  Node& parent = *node.parent;
  const auto place = child_place(parent.children, node.tokens.front());
  std::unique_ptr<Node>& slot =
      parent.children[static_cast<std::size_t>(place - parent.children.begin())];

  auto front = std::make_unique<Node>();
  front->parent = &parent;
  front->begin = node.begin;
  front->tokens.assign(node.tokens.begin(), node.tokens.begin() + cut);
  front->rows = node.rows;

  node.parent = front.get();
  node.begin += static_cast<int>(offset);
  node.tokens.erase(node.tokens.begin(), node.tokens.begin() + cut);
  node.tokens.shrink_to_fit();

  front->children.push_back(std::move(slot));
  slot = std::move(front);
  ++n_nodes_;
  return *slot;
}

void PrefixTree::prune(Node& node) {
  Node* empty = &node;
  while (empty != &root_ && empty->rows == nullptr && empty->point == nullptr &&
         empty->children.empty()) {
    Node& parent = *empty->parent;
    n_tokens_ -= empty->tokens.size();
    --n_nodes_;
    parent.children.erase(child_place(parent.children, empty->tokens.front()));
    empty = &parent;
  }
}

std::size_t PrefixTree::memory_bytes() const {
  constexpr std::size_t per_node = sizeof(Node) + sizeof(std::unique_ptr<Node>) + 16;
  return n_nodes_ * per_node + n_tokens_ * sizeof(Token);
}

}  // namespace hearth::kv
