#pragma once

#include <cstdint>

#include "hearth/kv/prefix_tree.h"
#include "hearth/kv/store.h"

namespace hearth::kv {

/// An entry of the archive: where its payload is, and what it is worth.
struct Item {
  EntryKind kind = EntryKind::rows;
  Key key;
  int begin = 0;
  int end = 0;
  std::uint64_t bytes = 0;
  PrefixTree::Node* last = nullptr;  ///< the node that ends where this ends

  BlobPtr host;  ///< null: not in host memory
  bool on_disk = false;
  bool writing = false;
  bool reading = false;
  bool fresh_from_disk = false;  ///< read from there, and not used since
  bool damaged = false;          ///< not to be handed out again; goes when nobody holds it
  int holds = 0;                 ///< while positive it stays, and in memory if it is there
  int kept = 0;                  ///< while positive it stays, somewhere

  std::uint64_t uses = 0;
  /// The line that it is on was left: its conversation goes on elsewhere, from before it.
  bool left = false;
  int turns = 0;        ///< how often its line had been continued when it was made
  double last_use = 0;  ///< seconds on the archive's clock
  double score = 0;     ///< what the policy made of it at its last use
};

}  // namespace hearth::kv
