#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "hearth/base/descriptor.h"
#include "hearth/kv/store.h"

namespace hearth::kv {

/// Entries as files: one folder per model, one file per entry (disk_format.h). They survive the
/// process; a file that is there is complete.
///
/// One thread writes, removes and sets aside, in this order of urgency: what makes room goes before
/// what takes it. Another one reads, so that a request never waits behind writes.
///
/// Beyond what Store promises:
/// - Each write and read ends with one Done. One of an entry that is queued or being written
/// already
///   ends with it; its result's payload is null.
/// - remove ends what was asked for before it of that key: when it returns, their Dones are there
/// to
///   be taken, `cancelled` for a write and `not_found` for a read. What is asked for after it knows
///   nothing of the old entry.
/// - bytes_used counts from write on and no longer after remove, wherever the threads are.
/// - A file that turns out to be damaged is moved into the subfolder `damaged`. From then on there
/// is
///   no such entry.
class DiskStore final : public Store {
 public:
  struct Options {
    std::filesystem::path folder;  ///< of all models; made if missing
    /// Of all that the meaning of a payload depends on: model, cache types, library. Entries of
    /// another one lie in another subfolder, named by it.
    Key fingerprint;
    std::string description;  ///< the same for people
  };
  struct StoredEntry {
    Key key;
    EntryInfo info;
  };
  struct Opened {
    std::unique_ptr<DiskStore> store;
    /// Parents stand before what follows them. A parent may be missing: the caller decides.
    std::vector<StoredEntry> entries;
    /// For the log: files that could not be used.
    std::vector<std::string> warnings;
  };

  /// Reads headers and tokens, no payloads. Errors: overloaded (another process has the folder),
  /// io; the message says that the server goes on without the disk tier.
  [[nodiscard]] static Result<Opened> open(const Options& options);
  /// Writes what is queued; reads that are queued are dropped.
  ~DiskStore() override = default;

  /// REQUIRES: real bytes, as many as the entry says, and the tokens of its range.
  void write(const EntryInfo& entry, BlobPtr payload) override;
  void read(const Key& key) override;
  void remove(const Key& key) override;
  [[nodiscard]] std::vector<Done> take_done() override;
  /// `notify` may call the store again. It can still be called once when settle has returned.
  void on_done(std::function<void()> notify) override;
  void settle() override;
  [[nodiscard]] std::uint64_t bytes_used() const override;

  /// Bytes of the payloads that are held until they are written. Nothing bounds them here: a caller
  /// that writes faster than the disk must look.
  [[nodiscard]] std::uint64_t queued_bytes() const;

 private:
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return key.low; }
  };
  struct Unwritten {
    Key key;
    EntryInfo info;
    BlobPtr payload;
  };
  struct Entry {
    EntryKind kind = EntryKind::rows;
    std::uint64_t file_bytes = 0;
    std::shared_ptr<const Unwritten> unwritten = nullptr;  ///< null: it is on the disk
    int writes = 0;                                        ///< that wait for their Done
  };
  struct Cleaning {
    enum class Action : std::uint8_t { remove, set_aside };
    Action action = Action::remove;
    std::string name;
  };
  using Lock = std::unique_lock<std::mutex>;
  using Entries = std::unordered_map<Key, Entry, KeyHash>;

  DiskStore(std::filesystem::path folder, const Key& fingerprint, Descriptor lock);

  void add_stored(const Key& key, const EntryInfo& info, std::uint64_t file_bytes);
  void forget(Entries::iterator entry);
  bool answer_now(const Key& key);
  void finish(const Key& key, Action action, Result<BlobPtr> result);
  void tell(Lock& lock);

  void run_writer(const std::stop_token& stop);
  void write_next(Lock& lock);
  void clean_next(Lock& lock);
  [[nodiscard]] Result<void> write_file(const Unwritten& unwritten);
  void note_outcome(const Result<void>& written);

  void run_reader(const std::stop_token& stop);
  void read_next(Lock& lock);

  const std::filesystem::path folder_;
  const Key fingerprint_;
  const Descriptor folder_lock_;

  mutable std::mutex mutex_;
  std::condition_variable_any writer_wakes_;
  std::condition_variable_any reader_wakes_;
  std::condition_variable idle_;

  Entries entries_;
  std::uint64_t bytes_used_ = 0;
  std::uint64_t queued_bytes_ = 0;
  std::deque<std::shared_ptr<const Unwritten>> writes_;
  std::deque<Cleaning> cleanings_;
  std::deque<Key> reads_;
  std::shared_ptr<const Unwritten> being_written_;
  bool cleaning_ = false;
  bool reading_ = false;
  std::optional<Key> being_read_;  ///< empty while reading if remove has ended the read
  std::vector<Done> done_;
  bool untold_ = false;  ///< something was done since `notify_` was called
  std::function<void()> notify_;

  bool failing_ = false;  ///< the writer's: it has said so

  // Last, so that they end before what they use; the reader before the writer, which it may give
  // work.
  std::jthread writer_;
  std::jthread reader_;
};

}  // namespace hearth::kv
