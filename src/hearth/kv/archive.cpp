#include "hearth/kv/archive.h"

#include <algorithm>
#include <map>
#include <utility>

#include "hearth/base/clock.h"

namespace hearth::kv {

Hold::Hold(Hold&& other) noexcept
    : archive_(std::exchange(other.archive_, nullptr)),
      rows_(std::move(other.rows_)),
      points_(std::move(other.points_)) {}

Hold& Hold::operator=(Hold&& other) noexcept {
  if (this == &other) return *this;
  release();
  archive_ = std::exchange(other.archive_, nullptr);
  rows_ = std::move(other.rows_);
  points_ = std::move(other.points_);
  return *this;
}

void Hold::release() {
  if (archive_ == nullptr) return;
  const Archive::Lock lock(archive_->mutex_);
  archive_->let_go(*this);
  rows_.clear();
  points_.clear();
  archive_ = nullptr;
}

void Hold::keep(int from, int to, int point) {
  if (archive_ == nullptr) return;
  const Archive::Lock lock(archive_->mutex_);
  std::erase_if(rows_, [&](Rows& rows) {
    if (rows.from < to && rows.to > from) {
      rows.from = std::max(rows.from, from);
      rows.to = std::min(rows.to, to);
      return false;
    }
    archive_->let_go(*rows.item);
    return true;
  });
  std::erase_if(points_, [&](const Point& kept) {
    if (kept.position == point) return false;
    archive_->let_go(*kept.item);
    return true;
  });
}

/// A list of its own, so that it can be told from the store's threads while the archive is busy.
struct Archive::Subscribers {
  std::mutex mutex;
  std::map<int, std::function<void()>> functions;
  int next = 0;

  void notify() {
    const std::lock_guard lock(mutex);
    for (const auto& [id, function] : functions) function();
  }
};

std::shared_ptr<void> Archive::subscribe(std::function<void()> notify) {
  const std::lock_guard lock(subscribers_->mutex);
  const int id = subscribers_->next++;
  subscribers_->functions[id] = std::move(notify);
  return {nullptr, [subscribers = subscribers_, id](std::nullptr_t) {
            const std::lock_guard unlock(subscribers->mutex);
            subscribers->functions.erase(id);
          }};
}

Archive::Archive(Options options)
    : host_budget_(options.host_bytes),
      disk_budget_(options.store ? options.disk_bytes : 0),
      policy_(std::move(options.policy)),
      store_(std::move(options.store)),
      clock_(std::move(options.clock)) {
  subscribers_ = std::make_shared<Subscribers>();
  if (store_) store_->on_done([subscribers = subscribers_] { subscribers->notify(); });
  if (!policy_) policy_ = least_recently_used();
  if (!clock_) clock_ = [] { return ms_since(Clock::time_point()) / 1000; };
}

Archive::~Archive() = default;

/// Pins what it finds. Every node on a path with rows behind it has rows itself: what others depend
/// on goes after them.
Hold Archive::find(TokenSpan prompt) {
  Hold hold;
  hold.archive_ = this;
  const PrefixTree::Walk walk = tree_.walk(prompt);
  for (PrefixTree::Node* node : walk.path) {
    Item* const rows = node->rows;
    if (rows == nullptr || rows->damaged) break;
    const int to = std::min(node->end(), walk.length);
    if (!hold.rows_.empty() && hold.rows_.back().item == rows) {
      hold.rows_.back().to = to;
    } else {
      hold.rows_.push_back({node->begin, to, rows});
      ++rows->holds;
    }
    Item* const point = node->point;
    if (point != nullptr && !point->damaged && node->end() <= walk.length) {
      hold.points_.push_back({node->end(), point});
      ++point->holds;
    }
  }
  return hold;
}

Archive::Reach Archive::reach(TokenSpan prompt) {
  const Hold found = hold(prompt);
  Reach reach;
  reach.rows = found.rows_end();
  for (const Hold::Point& point : found.points()) reach.points.push_back(point.position);
  return reach;
}

Hold Archive::hold(TokenSpan prompt) {
  const Lock lock(mutex_);
  take_done();
  return find(prompt);
}

void Archive::touch(const Hold& hold, int position) {
  const Lock lock(mutex_);
  const Item* deepest = nullptr;
  for (const Hold::Rows& rows : hold.rows()) {
    if (rows.from < position && !rows.item->damaged) deepest = rows.item;
  }
  if (deepest != nullptr) note_line(*deepest->last);
  for (const Hold::Rows& rows : hold.rows()) {
    if (rows.from < position && !rows.item->damaged) note_use(*rows.item);
  }
  for (const Hold::Point& point : hold.points()) {
    if (point.position <= position && !point.item->damaged) note_use(*point.item);
  }
}

void Archive::let_go(const Hold& hold) {
  for (const Hold::Rows& rows : hold.rows_) let_go(*rows.item);
  for (const Hold::Point& point : hold.points_) let_go(*point.item);
}

void Archive::let_go(Item& item) {
  --item.holds;
  if (item.holds == 0 && item.damaged) erase(item);
}

Archive::Fetched Archive::fetch(const Hold& hold) {
  const Lock lock(mutex_);
  take_done();
  Fetched fetched;
  // More than the whole budget is never there at once. What is held of it but comes later must not
  // stand in the way of what comes first.
  std::uint64_t bytes = 0;
  for (const Hold::Point& point : hold.points()) bytes += point.item->bytes;
  for (const Hold::Rows& rows : hold.rows()) {
    bytes += rows.item->bytes;
    if (bytes > host_budget_) {
      fetched.state = Fetched::State::too_large;
      return fetched;
    }
    fetched.rows = rows.to;
  }
  fetched.rows = 0;
  const auto want = [&](Item& item) {
    if (item.host) return true;
    if (item.damaged || !start_reading(item)) {
      fetched.state = Fetched::State::too_large;
      return false;
    }
    fetched.state = Fetched::State::under_way;
    return true;
  };
  for (const Hold::Point& point : hold.points()) {
    if (!want(*point.item)) return fetched;
  }
  for (const Hold::Rows& rows : hold.rows()) {
    if (!want(*rows.item)) return fetched;
    fetched.rows = rows.to;
  }
  return fetched;
}

Archive::Payload Archive::take_payload(Item& item) {
  const Lock lock(mutex_);
  if (item.damaged) return {};
  return {item.host, std::exchange(item.fresh_from_disk, false)};
}

void Archive::discard(Item& item) {
  const Lock lock(mutex_);
  if (!item.damaged) remove(item);
}

bool Archive::make_room(std::uint64_t bytes) {
  const Lock lock(mutex_);
  take_done();
  return make_host_room(bytes);
}

bool Archive::put_rows(TokenSpan tokens, int from, BlobPtr rows) {
  const Lock lock(mutex_);
  take_done();
  const Stand stand = stand_of(tokens);
  if (stand.rows_end == static_cast<int>(tokens.size())) return true;
  if (stand.rows_end != from) return false;
  EntryInfo info;
  info.kind = EntryKind::rows;
  if (stand.parent != nullptr) info.parent = stand.parent->key;
  info.begin = from;
  info.end = static_cast<int>(tokens.size());
  const TokenSpan own = tokens.subspan(static_cast<std::size_t>(from));
  info.tokens.assign(own.begin(), own.end());
  info.bytes = rows->size();
  const Key key = key_of(info);
  if (items_.contains(key) || !make_room_behind(stand.parent, info.bytes)) return false;
  const int turns = turns_behind(stand.parent, from);
  PrefixTree::Node& start = tree_.insert(tokens.first(static_cast<std::size_t>(from)));
  accept(info, key, tree_.insert(start, own), std::move(rows), turns);
  return true;
}

bool Archive::put_point(TokenSpan tokens, BlobPtr point) {
  const Lock lock(mutex_);
  take_done();
  const Stand stand = stand_of(tokens);
  const int position = static_cast<int>(tokens.size());
  if (stand.rows_end != position || position == 0) return false;
  if (stand.point_at == position) return true;
  EntryInfo info;
  info.kind = EntryKind::point;
  info.parent = stand.parent->key;
  info.begin = info.end = position;
  info.bytes = point->size();
  const Key key = key_of(info);
  if (items_.contains(key) || !make_room_behind(stand.parent, info.bytes)) return false;
  accept(info, key, tree_.insert(tokens), std::move(point), stand.parent->turns);
  return true;
}

int Archive::turns_behind(const Item* parent, int from) {
  if (parent == nullptr || parent->end != from || !parent->last->children.empty()) return 0;
  return parent->turns + (parent->uses > 1 ? 1 : 0);
}

Archive::Stand Archive::stand_of(TokenSpan tokens) {
  Hold found = find(tokens);
  Stand stand;
  stand.rows_end = found.rows_end();
  if (!found.rows_.empty()) stand.parent = found.rows_.back().item;
  if (!found.points_.empty()) stand.point_at = found.points_.back().position;
  let_go(found);
  found.archive_ = nullptr;  // It would take the lock.
  return stand;
}

/// What is to stand behind `parent` needs it, but not in memory.
bool Archive::make_room_behind(Item* parent, std::uint64_t bytes) {
  if (parent != nullptr) ++parent->kept;
  const bool made = make_host_room(bytes);
  if (parent != nullptr) --parent->kept;
  return made;
}

void Archive::accept(const EntryInfo& info, const Key& key, PrefixTree::Node& last, BlobPtr payload,
                     int turns) {
  Item& item = add(info, last, key);
  item.turns = turns;
  item.host = std::move(payload);
  host_used_ += item.bytes;
  note_line(last);
  note_use(item);
  if (store_) write(item, info);
}

Item& Archive::add(const EntryInfo& info, PrefixTree::Node& last, const Key& key) {
  auto made = std::make_unique<Item>();
  Item& item = *made;
  item.kind = info.kind;
  item.key = key;
  item.begin = info.begin;
  item.end = info.end;
  item.bytes = info.bytes;
  item.last = &last;
  items_[key] = std::move(made);
  if (info.kind == EntryKind::point) {
    last.point = &item;
  } else {
    for (PrefixTree::Node* node = &last; node->end() > info.begin; node = node->parent) {
      node->rows = &item;
      if (node->begin <= info.begin) break;
    }
  }
  return item;
}

void Archive::note_use(Item& item) {
  unrank(item);
  ++item.uses;
  item.last_use = now();
  item.left = false;
  judge(item);
}

/// A request takes the line that ends in `last`. If it is not the first one to do so, then where
/// others fork off this line, their conversation has probably gone on here, and they are not wanted
/// any more. A fork where one that had been left was taken again leads to several conversations,
/// and says nothing. One request alone, such as for a title, leaves nobody.
void Archive::note_line(PrefixTree::Node& last) {
  if (last.rows == nullptr || last.rows->turns == 0) return;
  for (PrefixTree::Node* node = &last; node->parent != nullptr; node = node->parent) {
    PrefixTree::Node& fork = *node->parent;
    if (fork.parent == nullptr || fork.children.size() < 2 || fork.alternates) continue;
    if (node->rows != nullptr && node->rows->left) {
      fork.alternates = true;
    } else {
      leave_siblings(*node);
    }
  }
}

/// What begins before the fork serves the line that goes on, too.
void Archive::leave_siblings(PrefixTree::Node& node) {
  for (const auto& child : node.parent->children) {
    if (child.get() != &node && (child->rows == nullptr || !child->rows->left)) leave(*child);
  }
}

void Archive::leave(PrefixTree::Node& top) {
  std::vector<PrefixTree::Node*> open = {&top};
  while (!open.empty()) {
    PrefixTree::Node* const node = open.back();
    open.pop_back();
    for (const auto& child : node->children) open.push_back(child.get());
    for (Item* const item : {node->rows, node->point}) {
      if (item == nullptr || item->last != node || item->left || item->begin < top.begin) continue;
      unrank(*item);
      item->left = true;
      judge(*item);
    }
  }
}

void Archive::judge(Item& item) {
  Worth worth;
  worth.kind = item.kind;
  worth.begin = item.begin;
  worth.end = item.end;
  worth.bytes = item.bytes;
  worth.last_use = item.last_use;
  worth.left = item.left;
  worth.last_token = item.last->tokens.back();
  item.score = policy_->score(worth);
  rank(item);
}

void Archive::unrank(Item& item) {
  host_rank_.erase({item.score, &item});
  disk_rank_.erase({item.score, &item});
}

void Archive::rank(Item& item) {
  if (item.host) host_rank_.insert({item.score, &item});
  if (item.on_disk) disk_rank_.insert({item.score, &item});
}

Archive::Totals Archive::totals() {
  const Lock lock(mutex_);
  take_done();
  return {.host_bytes = host_used_,
          .disk_bytes = disk_used_,
          .items = items_.size(),
          .tokens = tree_.n_tokens(),
          .written_bytes = written_bytes_,
          .evicted_items = evicted_items_,
          .host_budget = host_budget_,
          .disk_budget = disk_budget_};
}

}  // namespace hearth::kv
