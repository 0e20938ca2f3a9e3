#include "hearth/kv/disk_store.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "hearth/kv/disk_folder.h"
#include "hearth/kv/disk_format.h"
#include "hearth/kv/disk_scan.h"

namespace hearth::kv {

Result<DiskStore::Opened> DiskStore::open(const Options& options) {
  const std::filesystem::path folder = options.folder / options.fingerprint.hex();
  auto lock = claim_folder(folder, options.description);
  if (!lock) return pass_on(lock);
  auto scan = scan_disk_folder(folder, options.fingerprint);
  if (!scan) return pass_on(scan);

  Opened opened;
  opened.warnings = std::move(scan->warnings);
  opened.store.reset(new DiskStore(folder, options.fingerprint, std::move(*lock)));
  DiskStore& store = *opened.store;
  const Lock own(store.mutex_);
  opened.entries.reserve(scan->entries.size());
  for (DiskHeader& header : scan->entries) {
    store.add_stored(header.key, header.entry, header.bytes + header.entry.bytes);
    opened.entries.push_back({.key = header.key, .info = std::move(header.entry)});
  }
  return opened;
}

DiskStore::DiskStore(std::filesystem::path folder, const Key& fingerprint, Descriptor lock)
    : folder_(std::move(folder)),
      fingerprint_(fingerprint),
      folder_lock_(std::move(lock)),
      writer_([this](const std::stop_token& stop) { run_writer(stop); }),
      reader_([this](const std::stop_token& stop) { run_reader(stop); }) {}

void DiskStore::add_stored(const Key& key, const EntryInfo& info, std::uint64_t file_bytes) {
  entries_[key] = {.kind = info.kind, .file_bytes = file_bytes};
  bytes_used_ += file_bytes;
}

void DiskStore::forget(Entries::iterator entry) {
  bytes_used_ -= entry->second.file_bytes;
  entries_.erase(entry);
}

void DiskStore::finish(const Key& key, Action action, Result<BlobPtr> result) {
  done_.push_back({.action = action, .key = key, .result = std::move(result)});
  untold_ = true;
}

/// Without the lock, so that what is called may call the store.
void DiskStore::tell(Lock& lock) {
  if (!std::exchange(untold_, false) || !notify_) return;
  lock.unlock();
  notify_();
  lock.lock();
}

void DiskStore::on_done(std::function<void()> notify) {
  const Lock lock(mutex_);
  notify_ = std::move(notify);
}

void DiskStore::write(const EntryInfo& entry, BlobPtr payload) {
  if (!payload || payload->bytes().size() != entry.bytes) {
    throw std::logic_error("an entry is written with a payload that is not its own");
  }
  const Key key = key_of(entry);
  Lock lock(mutex_);
  const auto [place, is_new] = entries_.try_emplace(key);
  Entry& there = place->second;
  if (!is_new && !there.unwritten) {
    finish(key, Action::write, BlobPtr());
    tell(lock);
    return;
  }
  ++there.writes;
  if (!is_new) return;

  there.kind = entry.kind;
  there.file_bytes = disk_header_bytes(entry) + entry.bytes;
  bytes_used_ += there.file_bytes;
  queued_bytes_ += entry.bytes;
  there.unwritten = std::make_shared<const Unwritten>(
      Unwritten{.key = key, .info = entry, .payload = std::move(payload)});
  writes_.push_back(there.unwritten);
  writer_wakes_.notify_one();
}

void DiskStore::read(const Key& key) {
  Lock lock(mutex_);
  if (answer_now(key)) {
    tell(lock);
    return;
  }
  reads_.push_back(key);
  reader_wakes_.notify_one();
}

bool DiskStore::answer_now(const Key& key) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) {
    finish(key, Action::read, fail(ErrorKind::not_found, fmt::format("no entry {}", key.hex())));
    return true;
  }
  if (!entry->second.unwritten) return false;
  finish(key, Action::read, entry->second.unwritten->payload);
  return true;
}

void DiskStore::remove(const Key& key) {
  Lock lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  const Entry entry = found->second;
  forget(found);

  for (int i = 0; i < entry.writes; ++i) {
    finish(key, Action::write, fail(ErrorKind::cancelled, "removed before it was written"));
  }
  const auto n_reads = std::erase(reads_, key) + (being_read_ == key ? 1 : 0);
  if (being_read_ == key) being_read_.reset();
  for (std::size_t i = 0; i < n_reads; ++i) {
    finish(key, Action::read, fail(ErrorKind::not_found, "removed before it was read"));
  }

  if (std::erase(writes_, entry.unwritten) > 0) {
    queued_bytes_ -= entry.unwritten->payload->size();
  } else {
    cleanings_.push_back({.name = disk_file_name(key, entry.kind)});
    writer_wakes_.notify_one();
  }
  tell(lock);
}

std::vector<Store::Done> DiskStore::take_done() {
  const Lock lock(mutex_);
  return std::exchange(done_, {});
}

void DiskStore::settle() {
  Lock lock(mutex_);
  idle_.wait(lock, [this] {
    return writes_.empty() && cleanings_.empty() && reads_.empty() && !being_written_ &&
           !cleaning_ && !reading_;
  });
}

std::uint64_t DiskStore::bytes_used() const {
  const Lock lock(mutex_);
  return bytes_used_;
}

std::uint64_t DiskStore::queued_bytes() const {
  const Lock lock(mutex_);
  return queued_bytes_;
}

}  // namespace hearth::kv
