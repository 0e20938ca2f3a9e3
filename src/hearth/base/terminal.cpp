#include "hearth/base/terminal.h"

#include <sys/ioctl.h>

namespace hearth {

std::string cut_to_line(std::string_view text, int fd) {
  winsize size{};
  const bool known = ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  std::size_t left = known ? size.ws_col - 1U : 79U;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool continues = (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
    if (!continues && left-- == 0) return std::string(text.substr(0, i));
  }
  return std::string(text);
}

}  // namespace hearth
