#include "hearth/agent/sandbox/splice.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace hearth::agent {

namespace asio = boost::asio;

void Splice::begin(std::string first) {
  first_ = std::move(first);
  asio::async_write(ways_[1].socket, asio::buffer(first_),
                    [self = shared_from_this()](boost::system::error_code ec, std::size_t) {
                      if (!ec) self->read(0);
                    });
  read(1);
}

void Splice::read(std::size_t from) {
  Way& way = ways_[from];
  way.socket.async_read_some(
      asio::buffer(way.bytes),
      [self = shared_from_this(), from](boost::system::error_code ec, std::size_t size) {
        if (!ec) return self->write(from, size);
        // The other direction may go on.
        boost::system::error_code ignored;
        self->ways_[1 - from].socket.shutdown(Socket::shutdown_send, ignored);
      });
}

void Splice::write(std::size_t from, std::size_t size) {
  asio::async_write(ways_[1 - from].socket, asio::buffer(ways_[from].bytes, size),
                    [self = shared_from_this(), from](boost::system::error_code ec, std::size_t) {
                      if (!ec) return self->read(from);
                      boost::system::error_code ignored;
                      self->ways_[from].socket.close(ignored);
                    });
}

}  // namespace hearth::agent
