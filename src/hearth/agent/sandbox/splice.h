#pragma once

#include <boost/asio/generic/stream_protocol.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace hearth::agent {

/// Two connections of whatever kind, each one's bytes given to the other until both have ended.
/// Lives as long as it has something to do.
class Splice : public std::enable_shared_from_this<Splice> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  Splice(Socket one, Socket other) : ways_{Way{std::move(one)}, Way{std::move(other)}} {}

  /// `first` has come from `one` already.
  void begin(std::string first);

 private:
  /// From this socket to the other one.
  struct Way {
    Socket socket;
    std::array<char, std::size_t{64} << 10> bytes{};
  };
  void read(std::size_t from);
  void write(std::size_t from, std::size_t size);

  std::array<Way, 2> ways_;
  std::string first_;
};

}  // namespace hearth::agent
