#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "hearth/kv/token.h"

namespace hearth::kv {

struct Item;

/// Token sequences that begin alike share their beginning: a radix tree whose edges are runs of
/// tokens. It knows where what is stored, and nothing of how.
///
/// Each token is held once, at 4 bytes; a node costs about 100 bytes more, and runs are long.
class PrefixTree {
 public:
  struct Node {
    Node* parent = nullptr;
    int begin = 0;  ///< position of the first token
    std::vector<Token> tokens;
    std::vector<std::unique_ptr<Node>> children;  ///< by first token, ascending
    /// The entry that holds the state of these tokens; may reach over neighbours in the same line.
    Item* rows = nullptr;
    Item* point = nullptr;  ///< the entry of the position behind the last token
    /// Of the lines that fork here, one was used again after another had been.
    bool alternates = false;

    [[nodiscard]] int end() const { return begin + static_cast<int>(tokens.size()); }
  };

  PrefixTree();

  struct Walk {
    std::vector<Node*> path;  ///< from the first node below the root
    int length = 0;           ///< tokens that agree; may end within the last node
  };
  /// As far as `tokens` is known. Cost: O(length), no allocation but the path.
  [[nodiscard]] Walk walk(TokenSpan tokens) const;

  /// The node that ends behind the last of `tokens`, put behind the end of `after` and made where
  /// it is missing. A node in the way is split: the half behind keeps its address, and both keep
  /// its rows.
  Node& insert(Node& after, TokenSpan tokens);
  Node& insert(TokenSpan tokens) { return insert(root_, tokens); }

  /// The node on the way from the root to `last` that ends at `position`, split off if need be.
  /// REQUIRES: 0 <= position <= last.end().
  Node& node_at(Node& last, int position);

  /// Removes `node` if it holds nothing and nothing follows it, and then its parents likewise.
  void prune(Node& node);

  [[nodiscard]] const Node& root() const { return root_; }
  [[nodiscard]] Node& root() { return root_; }
  /// Tokens in the tree, shared ones once.
  [[nodiscard]] std::size_t n_tokens() const { return n_tokens_; }
  [[nodiscard]] std::size_t n_nodes() const { return n_nodes_; }
  /// Bytes of memory that the tree takes, tokens included.
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  Node& add_child(Node& parent, TokenSpan tokens);
  /// Cuts `node` so that it begins at its `offset`th token; returns the new node in front of it.
  Node& split(Node& node, std::size_t offset);

  Node root_;
  std::size_t n_tokens_ = 0;
  std::size_t n_nodes_ = 0;
};

}  // namespace hearth::kv
