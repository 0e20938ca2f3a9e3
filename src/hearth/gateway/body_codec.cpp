#include "hearth/gateway/body_codec.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <memory>

namespace hearth::gateway {
namespace {

using Chunk = std::array<char, 65536>;

std::unexpected<Error> broken(std::string_view encoding) {
  return fail(ErrorKind::invalid_request,
              fmt::format("the body is not valid {}, as its Content-Encoding says", encoding));
}

std::unexpected<Error> over(std::size_t limit) {
  return fail(ErrorKind::too_large,
              fmt::format("the body is larger than the limit of {} bytes once decompressed; the "
                          "server's --max-body option sets it",
                          limit));
}

Result<std::string> inflate_body(std::string_view body, std::string_view name, std::size_t limit) {
  z_stream stream{};
  // 15 + 32: the largest window; zlib and gzip headers are told apart.
  if (inflateInit2(&stream, 15 + 32) != Z_OK) return broken(name);
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&stream, &inflateEnd);
  std::string input(body);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  std::string out;
  Chunk chunk;
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) return broken(name);
    out.append(chunk.data(), chunk.size() - stream.avail_out);
    if (out.size() > limit) return over(limit);
  }
  return out;
}

Result<std::string> unzstd_body(std::string_view body, std::size_t limit) {
  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(),
                                                                          &ZSTD_freeDStream);
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  std::string out;
  Chunk chunk;
  std::size_t status = 1;
  while (status != 0) {
    ZSTD_outBuffer to{chunk.data(), chunk.size(), 0};
    status = ZSTD_decompressStream(stream.get(), &to, &in);
    const bool ends_early = status != 0 && in.pos == in.size && to.pos < to.size;
    if (ZSTD_isError(status) != 0U || ends_early) return broken("zstd");
    out.append(chunk.data(), to.pos);
    if (out.size() > limit) return over(limit);
  }
  return out;
}

}  // namespace

Result<std::string> decode_body(std::string_view body, std::string_view encoding,
                                std::size_t limit) {
  if (encoding.empty() || encoding == "identity") return std::string(body);
  if (encoding == "gzip" || encoding == "x-gzip" || encoding == "deflate") {
    return inflate_body(body, encoding, limit);
  }
  if (encoding == "zstd") return unzstd_body(body, limit);
  return fail(ErrorKind::invalid_request,
              fmt::format("Content-Encoding '{}' is not known; send gzip, deflate, zstd or nothing",
                          encoding));
}

}  // namespace hearth::gateway
