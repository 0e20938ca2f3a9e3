#include "hearth/gateway/pdf_texts.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "hearth/base/base64.h"
#include "hearth/base/clock.h"
#include "hearth/base/file.h"
#include "hearth/base/sha256.h"
#include "hearth/base/temporary_folder.h"
#include "hearth/base/trimmed.h"
#include "hearth/base/utf8.h"
#include "hearth/models/child_process.h"

namespace hearth::gateway {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto patience = 20s;
constexpr std::uintmax_t longest_text = std::uintmax_t{8} << 20;

/// Calls `work` with each PDF of `request` whose text is not read, until it returns false.
template <class Request, class Work>
void each_unread(Request& request, const Work& work) {
  const auto look_at = [&](auto& part) {
    auto* document = std::get_if<chat::DocumentBlock>(&part);
    const bool unread = document != nullptr && !document->pdf.empty() && !document->pdf_is_read;
    return !unread || work(*document);
  };
  for (auto& message : request.messages) {
    for (auto& block : message.content) {
      if (!look_at(block)) return;
      auto* result = std::get_if<chat::ToolResultBlock>(&block);
      if (result == nullptr) continue;
      for (auto& part : result->content) {
        if (!look_at(part)) return;
      }
    }
  }
}

Result<std::string> read_with_poppler(const std::string& bytes) {
  auto folder = TemporaryFolder::make();
  if (!folder) return pass_on(folder);
  const fs::path pdf = folder->path() / "in.pdf";
  const fs::path text = folder->path() / "out.txt";
  if (auto written = write_file_atomically(pdf, bytes); !written) return pass_on(written);
  std::stop_source stop;
  const auto until = Clock::now() + patience;
  const auto give_up = [&] {
    if (Clock::now() > until) stop.request_stop();
  };
  const models::ChildProcess child{
      .command = {"pdftotext", "-q", "-enc", "UTF-8", "-nopgbrk", pdf.string(), text.string()},
      .environment = {},
      .on_tick = give_up};
  auto end = models::run_child(child, stop.get_token());
  if (!end && end.error().kind == ErrorKind::not_found) {
    return fail(ErrorKind::not_found, "install pdftotext (Debian: poppler-utils)");
  }
  if (!end && stop.stop_requested()) {
    return fail(ErrorKind::timeout, fmt::format("pdftotext took more than {} s", patience.count()));
  }
  if (!end) return pass_on(end);
  if (end->exit_code != 0) {
    return fail(ErrorKind::invalid_request,
                fmt::format("pdftotext: {}", trimmed(to_valid_utf8(end->output))));
  }
  std::error_code ec;
  if (const auto size = fs::file_size(text, ec); !ec && size > longest_text) {
    return fail(ErrorKind::invalid_request,
                fmt::format("its text has {} bytes, more than {}", size, longest_text));
  }
  return read_file(text);
}

}  // namespace

bool holds_unread_pdf(const chat::Request& request) {
  bool any = false;
  each_unread(request, [&any](const chat::DocumentBlock&) {
    any = true;
    return false;
  });
  return any;
}

PdfTexts::Text PdfTexts::text_of(const std::string& base64) {
  const auto bytes = from_base64(base64);
  if (!bytes) return {.text = {}, .problem = "its data is not valid base64"};
  auto read = read_with_poppler(*bytes);
  if (!read) return {.text = {}, .problem = read.error().message};
  std::string text(trimmed(to_valid_utf8(*read)));
  if (text.empty()) return {.text = {}, .problem = "it holds no text, only pictures of it perhaps"};
  return {.text = std::move(text), .problem = {}};
}

void PdfTexts::read(chat::Request& request) {
  each_unread(request, [&](chat::DocumentBlock& document) {
    Sha256 digest;
    digest.update(document.pdf);
    const std::string key = digest.finish();
    Text found;
    {
      const std::lock_guard lock(mutex_);
      if (const Text* known = known_.find(key)) found = *known;
    }
    if (found.text.empty() && found.problem.empty()) {
      found = text_of(document.pdf);
      const std::lock_guard lock(mutex_);
      known_.use(key) = found;
    }
    document.pdf_is_read = true;
    if (found.problem.empty()) {
      document.text += found.text;
    } else {
      document.text += fmt::format("(The text of this PDF could not be read: {})", found.problem);
      request.warnings.push_back(fmt::format("the text of the PDF \"{}\" could not be read: {}",
                                             document.title, found.problem));
    }
    return true;
  });
}

}  // namespace hearth::gateway
