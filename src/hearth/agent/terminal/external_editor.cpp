#include "hearth/agent/terminal/external_editor.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "hearth/base/file.h"

namespace hearth::agent {

Result<std::string> edited_by_program(const std::string& text) {
  const char* visual = std::getenv("VISUAL");
  const char* editor = visual != nullptr && *visual != '\0' ? visual : std::getenv("EDITOR");
  const std::string program = editor != nullptr && *editor != '\0' ? editor : "vi";
  std::error_code ec;
  const std::filesystem::path file =
      std::filesystem::temp_directory_path(ec) / fmt::format("hearth-{}.md", ::getpid());
  if (auto written = write_file_atomically(file, text); !written) return pass_on(written);
  const pid_t child = ::fork();
  if (child < 0) return fail(ErrorKind::io, "no process could be made for the editor");
  if (child == 0) {
    // EDITOR may hold arguments, as for git.
    ::execl("/bin/sh", "sh", "-c", (program + " \"$1\"").c_str(), "sh", file.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  auto content = read_file(file);
  std::filesystem::remove(file, ec);
  if (status != 0) {
    return fail(ErrorKind::unavailable,
                fmt::format("the editor `{}` failed; set EDITOR to one that works", program));
  }
  if (!content) return content;
  while (content->ends_with('\n')) content->pop_back();
  return content;
}

}  // namespace hearth::agent
