// What the disk store's two threads do. Both hold the lock but while they touch the disk
// or tell of what was done.

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <utility>

#include "hearth/base/file.h"
#include "hearth/base/log.h"
#include "hearth/kv/disk_damaged.h"
#include "hearth/kv/disk_format.h"
#include "hearth/kv/disk_read.h"
#include "hearth/kv/disk_store.h"
#include "hearth/kv/disk_write.h"

namespace hearth::kv {
namespace {

void remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return;
  spdlog::warn("{} cannot be removed from the KV cache: {}", path.string(), system_reason(errno));
}

}  // namespace

void DiskStore::run_writer(const std::stop_token& stop) {
  Lock lock(mutex_);
  const auto has_work = [this] { return !cleanings_.empty() || !writes_.empty(); };
  // When told to stop it ends what is queued first.
  while (writer_wakes_.wait(lock, stop, has_work)) {
    if (!cleanings_.empty()) {
      clean_next(lock);
    } else {
      write_next(lock);
    }
    idle_.notify_all();
    tell(lock);
  }
}

void DiskStore::clean_next(Lock& lock) {
  const Cleaning cleaning = std::move(cleanings_.front());
  cleanings_.pop_front();
  cleaning_ = true;
  lock.unlock();
  if (cleaning.action == Cleaning::Action::remove) {
    remove_file(folder_ / cleaning.name);
  } else if (const auto moved = set_aside(folder_, cleaning.name); !moved) {
    spdlog::warn("{}", moved.error().message);
  }
  lock.lock();
  cleaning_ = false;
}

void DiskStore::write_next(Lock& lock) {
  being_written_ = std::move(writes_.front());
  writes_.pop_front();
  const std::shared_ptr<const Unwritten> written = being_written_;
  lock.unlock();
  const Result<void> outcome = write_file(*written);
  note_outcome(outcome);
  lock.lock();
  being_written_.reset();
  queued_bytes_ -= written->payload->size();

  const auto found = entries_.find(written->key);
  // Removed meanwhile: its Dones have been given, and the file goes with the next cleaning.
  if (found == entries_.end() || found->second.unwritten != written) return;
  Entry& entry = found->second;
  for (int n = std::exchange(entry.writes, 0); n > 0; --n) {
    finish(written->key, Action::write,
           outcome ? Result<BlobPtr>(BlobPtr()) : std::unexpected(outcome.error()));
  }
  if (outcome) {
    entry.unwritten.reset();
  } else {
    forget(found);
  }
}

Result<void> DiskStore::write_file(const Unwritten& unwritten) {
  try {
    return write_disk_file(folder_, fingerprint_, unwritten.key, unwritten.info,
                           unwritten.payload->bytes());
  } catch (const std::exception& error) {
    return fail(ErrorKind::internal, fmt::format("an entry cannot be written: {}", error.what()));
  }
}

/// A full disk fails every write: one line says so, until it works again.
void DiskStore::note_outcome(const Result<void>& written) {
  const bool fails = !written;
  if (fails == failing_) return;
  failing_ = fails;
  if (fails) {
    spdlog::warn("The KV cache {}. It is not kept on the disk until that works again.",
                 written.error().message);
  } else {
    spdlog::info("The KV cache is written to the disk again.");
  }
}

void DiskStore::run_reader(const std::stop_token& stop) {
  Lock lock(mutex_);
  const auto has_work = [this] { return !reads_.empty(); };
  while (reader_wakes_.wait(lock, stop, has_work) && !stop.stop_requested()) {
    read_next(lock);
    idle_.notify_all();
    tell(lock);
  }
}

void DiskStore::read_next(Lock& lock) {
  const Key key = reads_.front();
  reads_.pop_front();
  // A read before this one may have found it damaged.
  if (answer_now(key)) return;
  const Entry entry = entries_.at(key);
  const std::string name = disk_file_name(key, entry.kind);
  reading_ = true;
  being_read_ = key;
  lock.unlock();
  Result<BlobPtr> payload = BlobPtr();
  try {
    payload = read_disk_payload(folder_ / name, fingerprint_);
  } catch (const std::exception& error) {
    payload = fail(ErrorKind::io, fmt::format("cannot be read: {}", error.what()));
  }
  const bool damaged = !payload && payload.error().kind == ErrorKind::invalid_request;
  if (!payload) {
    Error& error = payload.error();
    error.message = fmt::format("{} {}", (folder_ / name).string(), error.message);
    if (damaged) error.kind = ErrorKind::not_found;
  }
  lock.lock();
  reading_ = false;
  const bool wanted = std::exchange(being_read_, std::nullopt).has_value();
  // Removed meanwhile: what was read, or not, says nothing about what is there now.
  if (!wanted) return;

  if (damaged) {
    spdlog::warn("{}; it is set aside, and its tokens will be computed again.",
                 payload.error().message);
    cleanings_.push_back({.action = Cleaning::Action::set_aside, .name = name});
    writer_wakes_.notify_one();
  }
  if (!payload && payload.error().kind == ErrorKind::not_found) forget(entries_.find(key));
  finish(key, Action::read, std::move(payload));
}

}  // namespace hearth::kv
