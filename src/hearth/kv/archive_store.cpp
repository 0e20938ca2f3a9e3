// What the archive has in its store: entries taken in at the start, written behind the requests and
// read ahead of them.

#include <algorithm>

#include "hearth/base/clock.h"
#include "hearth/kv/archive.h"

namespace hearth::kv {

int Archive::adopt(std::vector<EntryInfo> entries) {
  const Lock lock(mutex_);
  // Parents before what follows them.
  std::ranges::sort(entries, {}, &EntryInfo::begin);
  const double wall = static_cast<double>(unix_ms()) / 1000;
  int orphans = 0;
  for (const EntryInfo& info : entries) {
    const Key key = key_of(info);
    if (adopt_one(info, key, wall)) continue;
    store_->remove(key);
    ++orphans;
  }
  return orphans;
}

bool Archive::adopt_one(const EntryInfo& info, const Key& key, double wall_seconds) {
  const bool is_point = info.kind == EntryKind::point;
  if (items_.contains(key)) return false;
  if (is_point ? info.begin <= 0 : info.end - info.begin != std::ssize(info.tokens)) return false;

  PrefixTree::Node* last = &tree_.root();
  if (info.begin > 0) {
    const auto parent = items_.find(info.parent);
    if (parent == items_.end() || parent->second->kind != EntryKind::rows) return false;
    if (info.begin <= parent->second->begin || info.begin > parent->second->end) return false;
    last = &tree_.node_at(*parent->second->last, info.begin);
  }
  if (is_point) {
    if (last->point != nullptr) return false;
  } else {
    // Two cuts of one line may overlap after a crash; the first one is kept.
    const PrefixTree::Node* const start = last;
    last = &tree_.insert(*last, info.tokens);
    for (const PrefixTree::Node* node = last; node != start; node = node->parent) {
      if (node->rows != nullptr) {
        tree_.prune(*last);
        return false;
      }
    }
  }
  Item& item = add(info, *last, key);
  item.on_disk = true;
  disk_used_ += item.bytes;
  note_use(item);
  // Used before this start, by the wall clock; one that went backwards makes nothing newer.
  const double age = std::max(wall_seconds - static_cast<double>(info.used_ms) / 1000, 0.0);
  unrank(item);
  item.score -= age;
  item.last_use -= age;
  rank(item);
  return true;
}

void Archive::write(Item& item, const EntryInfo& info) {
  // It may be what the evicted ones' dependents end in.
  ++item.kept;
  const bool fits = make_disk_room(item.bytes);
  --item.kept;
  if (!fits) return;
  EntryInfo written = info;
  written.used_ms = unix_ms();
  item.writing = true;
  disk_used_ += item.bytes;
  written_bytes_ += item.bytes;
  ++pending_;
  store_->write(written, item.host);
}

/// True if it is, or was, asked for.
bool Archive::start_reading(Item& item) {
  if (item.reading) return true;
  if (!item.on_disk || !make_host_room(item.bytes)) return false;
  item.reading = true;
  host_reserved_ += item.bytes;
  ++pending_;
  store_->read(item.key);
  return true;
}

void Archive::take_done() {
  if (!store_) return;
  for (Store::Done& done : store_->take_done()) {
    --pending_;
    const auto found = items_.find(done.key);
    if (found == items_.end()) continue;
    Item& item = *found->second;
    if (done.action == Store::Action::write) {
      if (!item.writing) continue;
      item.writing = false;
      if (done.result) {
        item.on_disk = true;
        disk_rank_.insert({item.score, &item});
      } else {
        disk_used_ -= item.bytes;
      }
      continue;
    }
    item.reading = false;
    host_reserved_ -= item.bytes;
    if (done.result && *done.result != nullptr && (*done.result)->size() == item.bytes) {
      item.host = std::move(*done.result);
      item.fresh_from_disk = true;
      host_used_ += item.bytes;
      host_rank_.insert({item.score, &item});
    } else if (!item.damaged) {
      remove(item);
    }
  }
}

void Archive::warm() {
  const Lock lock(mutex_);
  take_done();
  for (auto next = disk_rank_.rbegin(); next != disk_rank_.rend(); ++next) {
    Item& item = *next->second;
    if (item.host || item.reading) continue;
    if (host_used_ + host_reserved_ + item.bytes > host_budget_ / 2) break;
    start_reading(item);
  }
}

bool Archive::poll() {
  const Lock lock(mutex_);
  take_done();
  return pending_ > 0;
}

void Archive::settle() {
  if (!store_) return;
  store_->settle();
  const Lock lock(mutex_);
  take_done();
}

}  // namespace hearth::kv
