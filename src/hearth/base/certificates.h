#pragma once

#include <cstdlib>

namespace hearth {

/// The file of trusted certificates that the environment names (SSL_CERT_FILE as OpenSSL has it, or
/// CURL_CA_BUNDLE as curl has it); null: the system's.
inline const char* certificate_file() {
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
    const char* const file = std::getenv(name);
    if (file != nullptr && *file != '\0') return file;
  }
  return nullptr;
}

}  // namespace hearth
