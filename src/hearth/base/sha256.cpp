#include "hearth/base/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "hearth/base/file.h"

namespace hearth {

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-256");
  }
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

Result<std::string> sha256_of_file(const std::filesystem::path& path,
                                   const std::function<void(std::uint64_t)>& progress) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(ErrorKind::io,
                fmt::format("cannot read {}: {}", path.string(), system_reason(errno)));
  }
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  std::uint64_t total = 0;
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto got = static_cast<std::size_t>(file.gcount());
    hash.update({buffer.data(), got});
    total += got;
    if (progress) progress(total);
  }
  if (file.bad()) {
    return fail(ErrorKind::io, fmt::format("reading {} broke off", path.string()));
  }
  return hash.finish();
}

}  // namespace hearth
