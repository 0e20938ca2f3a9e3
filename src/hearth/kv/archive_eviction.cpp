// How the archive keeps to its budgets.

#include <utility>

#include "hearth/kv/archive.h"

namespace hearth::kv {
namespace {

/// The first entry in the subtree of `node`, upper ones first.
Item* first_item(const PrefixTree::Node& node) {
  if (node.rows != nullptr) return node.rows;
  if (node.point != nullptr) return node.point;
  for (const auto& child : node.children) {
    if (Item* const found = first_item(*child)) return found;
  }
  return nullptr;
}

}  // namespace

/// An entry that could not be used without `item`, directly behind it; null if there is none. Of
/// several branches the one that is worth least.
Item* Archive::dependent_of(const Item& item) const {
  if (item.kind == EntryKind::point) return nullptr;
  Item* weakest = nullptr;
  const auto consider = [&](Item* other) {
    if (other != nullptr && (weakest == nullptr || other->score < weakest->score)) weakest = other;
  };
  const PrefixTree::Node* below = nullptr;
  for (const PrefixTree::Node* node = item.last; node != nullptr; node = node->parent) {
    if (node->rows != &item) break;
    consider(node->point);
    for (const auto& child : node->children) {
      if (child.get() != below) consider(first_item(*child));
    }
    below = node;
  }
  return weakest;
}

Item* Archive::leaf_below(Item& item) const {
  Item* leaf = &item;
  while (Item* const dependent = dependent_of(*leaf)) leaf = dependent;
  const bool in_use = leaf->holds > 0 || leaf->kept > 0 || leaf->writing || leaf->reading;
  return in_use ? nullptr : leaf;
}

bool Archive::make_host_room(std::uint64_t bytes) {
  if (bytes > host_budget_) return false;
  auto next = host_rank_.begin();
  while (host_used_ + host_reserved_ + bytes > host_budget_) {
    if (next == host_rank_.end()) return false;
    Item& weakest = *next->second;
    if (weakest.holds > 0 || weakest.writing || weakest.reading) {
      ++next;
      continue;
    }
    if (weakest.on_disk) {
      next = host_rank_.erase(next);
      drop_host(weakest);
      continue;
    }
    Item* const leaf = leaf_below(weakest);
    if (leaf == nullptr) {
      ++next;
      continue;
    }
    remove(*leaf);
    next = host_rank_.begin();
  }
  return true;
}

bool Archive::make_disk_room(std::uint64_t bytes) {
  if (bytes > disk_budget_) return false;
  auto next = disk_rank_.begin();
  while (disk_used_ + bytes > disk_budget_) {
    if (next == disk_rank_.end()) return false;
    Item* const leaf = leaf_below(*next->second);
    if (leaf == nullptr) {
      ++next;
      continue;
    }
    // What stays in memory may go to the disk again another time.
    if (leaf->host && leaf->on_disk) {
      drop_disk(*leaf);
    } else {
      remove(*leaf);
    }
    next = disk_rank_.begin();
  }
  return true;
}

void Archive::drop_host(Item& item) {
  host_rank_.erase({item.score, &item});
  item.host.reset();
  host_used_ -= item.bytes;
}

void Archive::drop_disk(Item& item) {
  disk_rank_.erase({item.score, &item});
  store_->remove(item.key);
  item.on_disk = false;
  disk_used_ -= item.bytes;
}

/// It is not found any more, nor what depends on it. What somebody holds keeps its payload until it
/// is let go.
void Archive::remove(Item& item) {
  while (Item* const dependent = dependent_of(item)) remove(*dependent);
  unlink(item);
  if (item.holds > 0) {
    item.damaged = true;
  } else {
    erase(item);
  }
}

void Archive::unlink(Item& item) {
  PrefixTree::Node* const last = std::exchange(item.last, nullptr);
  if (last == nullptr) return;
  if (item.kind == EntryKind::point) {
    last->point = nullptr;
  } else {
    for (PrefixTree::Node* node = last; node != nullptr && node->rows == &item;
         node = node->parent) {
      node->rows = nullptr;
    }
  }
  tree_.prune(*last);
}

void Archive::erase(Item& item) {
  if (item.host) drop_host(item);
  if (item.on_disk) {
    drop_disk(item);
  } else if (item.writing) {
    store_->remove(item.key);
    disk_used_ -= item.bytes;
  }
  ++evicted_items_;
  items_.erase(item.key);
}

void Archive::clear() {
  const Lock lock(mutex_);
  take_done();
  while (Item* const first = first_item(tree_.root())) remove(*first);
}

}  // namespace hearth::kv
