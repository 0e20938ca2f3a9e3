#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "hearth/kv/eviction.h"
#include "hearth/kv/item.h"
#include "hearth/kv/prefix_tree.h"

namespace hearth::kv {

class Archive;

/// One line of tokens that is stored, from the first token to one that nothing follows: the newest
/// state of a conversation, or a fork of it.
struct Branch {
  std::vector<Token> tokens;
  int own = 0;  ///< so many of them, at the end, are in no other branch
  /// Of the entries that end within its own tokens.
  std::uint64_t host_bytes = 0;
  std::uint64_t disk_bytes = 0;
  std::uint64_t uses = 0;   ///< of its last entry
  double idle_seconds = 0;  ///< since then
  double score = 0;         ///< the policy's: the lowest goes first
};

/// What is stored of one prompt, pinned: nothing of it is evicted while this lives, so that making
/// room for a request never takes what the request is about to use.
class Hold {
 public:
  struct Rows {
    int from = 0;  ///< the part of the entry's tokens that lies on the prompt
    int to = 0;
    Item* item = nullptr;
  };
  struct Point {
    int position = 0;
    Item* item = nullptr;
  };

  Hold() = default;
  ~Hold() { release(); }
  Hold(Hold&& other) noexcept;
  Hold& operator=(Hold&& other) noexcept;

  /// How many of the prompt's tokens have their rows stored, without a gap from the first.
  [[nodiscard]] int rows_end() const { return rows_.empty() ? 0 : rows_.back().to; }
  [[nodiscard]] const std::vector<Rows>& rows() const { return rows_; }
  /// By position, ascending; none is behind rows_end().
  [[nodiscard]] const std::vector<Point>& points() const { return points_; }

  /// Lets go of all but the rows of [from, to) and the point at `point` (none if negative).
  void keep(int from, int to, int point);

 private:
  friend class Archive;
  void release();

  Archive* archive_ = nullptr;
  std::vector<Rows> rows_;
  std::vector<Point> points_;
};

/// State beyond the device: entries in host memory and in a store, found through a prefix tree,
/// kept within budgets by a policy. Instances of one model share it. Thread-safe; no call waits for
/// the store.
///
/// An entry of rows depends on the rows before it, a point on the rows up to it: what others depend
/// on is removed after them. Using an entry never consumes it.
class Archive {
 public:
  struct Options {
    std::uint64_t host_bytes = 0;
    std::uint64_t disk_bytes = 0;  ///< ignored without a store
    std::unique_ptr<EvictionPolicy> policy;
    std::unique_ptr<Store> store;   ///< may be null: host memory only
    std::function<double()> clock;  ///< seconds; null: the steady clock
  };
  explicit Archive(Options options);
  ~Archive();
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  /// Makes known what the store holds, without reading it. Entries whose parents are missing are
  /// removed from the store; returns their number.
  int adopt(std::vector<EntryInfo> entries);

  struct Reach {
    int rows = 0;             ///< tokens from the first on whose rows are stored
    std::vector<int> points;  ///< positions of points up to there, ascending
  };
  /// What of `prompt` is stored, whatever the tier. Cost: O(prompt).
  [[nodiscard]] Reach reach(TokenSpan prompt);
  /// The same, pinned.
  [[nodiscard]] Hold hold(TokenSpan prompt);
  /// A request uses what stands up to `position` of the held prompt: it is worth more now.
  void touch(const Hold& hold, int position);

  struct Fetched {
    enum class State {
      complete,
      under_way,
      too_large,  ///< it does not fit into the host budget at once
    };
    State state = State::complete;
    int rows = 0;  ///< up to where rows are in memory, or on their way there
  };
  /// Asks the store for what of `hold` is not in memory, after making room for it.
  [[nodiscard]] Fetched fetch(const Hold& hold);
  struct Payload {
    BlobPtr blob;              ///< null: not in memory
    bool was_on_disk = false;  ///< and read from there since it was last taken
  };
  /// The payload of a held entry.
  [[nodiscard]] Payload take_payload(Item& item);
  /// The payload turned out to be bad: the entry is not found any more.
  void discard(Item& item);

  /// Room for `bytes` in host memory, made before they are allocated. False if it cannot be made.
  [[nodiscard]] bool make_room(std::uint64_t bytes);
  /// The rows of [from, tokens.size()). False if they were not taken: the rows before `from` are
  /// gone, or there is no room.
  bool put_rows(TokenSpan tokens, int from, BlobPtr rows);
  /// The point behind the last of `tokens`. False likewise.
  bool put_point(TokenSpan tokens, BlobPtr point);

  /// `notify` is called, from any thread, when the store has brought or written something, until
  /// the returned token is dropped.
  [[nodiscard]] std::shared_ptr<void> subscribe(std::function<void()> notify);

  /// Takes in what the store has ended, and asks it for entries that are likely to be wanted, as
  /// long as they fit into half of the host budget.
  void warm();
  /// Takes in what the store has ended. True while it still works for us.
  bool poll();
  /// Waits for the store.
  void settle();
  void clear();

  struct Totals {
    std::uint64_t host_bytes = 0;
    std::uint64_t disk_bytes = 0;
    std::size_t items = 0;
    std::size_t tokens = 0;
    std::uint64_t written_bytes = 0;
    std::uint64_t evicted_items = 0;  ///< that are nowhere any more
    std::uint64_t host_budget = 0;
    std::uint64_t disk_budget = 0;
  };
  [[nodiscard]] Totals totals();

  struct Branches {
    std::vector<Branch> likeliest;  ///< those that would go last, in that order
    std::size_t n_all = 0;
  };
  /// At most `most` of the branches. Cost: O(entries), and the tokens of those.
  [[nodiscard]] Branches branches(std::size_t most);

 private:
  friend class Hold;
  using Lock = std::lock_guard<std::mutex>;
  using Rank = std::set<std::pair<double, Item*>>;

  [[nodiscard]] Hold find(TokenSpan prompt);
  void let_go(const Hold& hold);
  void let_go(Item& item);
  /// How far a sequence is stored.
  struct Stand {
    int rows_end = 0;
    Item* parent = nullptr;  ///< the rows in which the last stored token lies
    int point_at = 0;
  };
  [[nodiscard]] Stand stand_of(TokenSpan tokens);
  bool make_room_behind(Item* parent, std::uint64_t bytes);
  void take_done();
  /// It was used just now.
  void note_use(Item& item);
  void judge(Item& item);
  [[nodiscard]] static int turns_behind(const Item* parent, int from);
  void note_line(PrefixTree::Node& node);
  void leave_siblings(PrefixTree::Node& node);
  void leave(PrefixTree::Node& top);
  void unrank(Item& item);
  void rank(Item& item);

  Item& add(const EntryInfo& info, PrefixTree::Node& last, const Key& key);
  bool adopt_one(const EntryInfo& info, const Key& key, double wall_seconds);
  void accept(const EntryInfo& info, const Key& key, PrefixTree::Node& last, BlobPtr payload,
              int turns);
  void write(Item& item, const EntryInfo& info);

  bool start_reading(Item& item);
  bool make_host_room(std::uint64_t bytes);
  bool make_disk_room(std::uint64_t bytes);
  [[nodiscard]] Item* dependent_of(const Item& item) const;
  /// An entry that nothing depends on: `item`, or one that depends on it. Null if it is in use.
  [[nodiscard]] Item* leaf_below(Item& item) const;
  void drop_host(Item& item);
  void drop_disk(Item& item);
  void remove(Item& item);
  void unlink(Item& item);
  void erase(Item& item);
  [[nodiscard]] double now() const { return clock_(); }

  std::mutex mutex_;
  std::uint64_t host_budget_;
  std::uint64_t disk_budget_;
  std::unique_ptr<EvictionPolicy> policy_;
  std::unique_ptr<Store> store_;
  std::function<double()> clock_;

  struct Subscribers;
  std::shared_ptr<Subscribers> subscribers_;

  PrefixTree tree_;
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return key.low; }
  };
  std::unordered_map<Key, std::unique_ptr<Item>, KeyHash> items_;
  Rank host_rank_;
  Rank disk_rank_;
  std::uint64_t host_used_ = 0;
  std::uint64_t host_reserved_ = 0;  ///< for what is being read
  std::uint64_t disk_used_ = 0;
  std::uint64_t written_bytes_ = 0;
  std::uint64_t evicted_items_ = 0;
  int pending_ = 0;  ///< writes and reads that the store has not ended
};

}  // namespace hearth::kv
