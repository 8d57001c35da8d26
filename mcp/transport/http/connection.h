// Connection: the life of one HTTP connection, as a state machine over a SocketChannel. Confined to
// its loop's thread; exchanges reach it through their Outbox.
//
// At most one read and one write are outstanding. Requests are served one at a time, in order;
// while one is served, reading goes on into a bounded buffer, so that a disconnect is seen at once.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "mcp/transport/http/outbox.h"
#include "mcp/transport/http/request_reader.h"

namespace pmx::mcp::http {

class Loop;

/// How a read or a write ended: bytes moved, or none and the peer is gone.
struct Io {
  std::size_t bytes = 0;
  bool ok = false;
};

/// A non-blocking socket, plain or TLS. Its completions call the owner, which they keep alive.
class SocketChannel {
 public:
  virtual ~SocketChannel() = default;

  /// Reads some bytes: at once, or nothing now and owner->on_read() later.
  virtual std::optional<Io> read(std::span<char> space, std::shared_ptr<Connection> owner) = 0;

  /// Lets an outstanding read end soon, with what has come or with no bytes, so that the next one
  /// can have other memory. No write is outstanding. May do nothing.
  virtual void interrupt_read() {}

  /// Writes some bytes of `views`: at once, or nothing now and owner->on_written() later. The bytes
  /// stay where they are until then.
  virtual std::optional<Io> write(std::span<const std::string_view> views,
                                  std::shared_ptr<Connection> owner) = 0;

  /// The socket, when bytes can be written to it as they are; else -1.
  [[nodiscard]] virtual int descriptor() { return -1; }

  /// Says that nothing more will be sent.
  virtual void shutdown() = 0;

  /// Closes at once. Outstanding completions still come.
  virtual void close() = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  enum class Admission { kServe, kRefuse };

  /// `admission`: kRefuse answers 503 to whatever comes.
  Connection(Loop& loop, std::unique_ptr<SocketChannel> channel, std::string peer,
             Admission admission);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Called by the loop.
  void start(std::size_t slot);
  void moved_to(std::size_t slot) { slot_ = slot; }
  void on_wake();
  void on_deadline(SteadyTime now);
  /// The server stops: closes at once when idle, else after the running exchange.
  void drain();
  /// Closes at once; a running exchange learns that its client is gone.
  void close();

  // Called by the channel.
  void on_read(Io io);
  void on_written(Io io);

 private:
  enum class Phase { kReading, kServing, kLingering };

  void pump();
  bool step();
  bool write_batch();
  bool read_input();
  void take_input(Io io);
  void take_written(Io io);
  void parse_input();
  void serve();
  bool collect();
  void finish_exchange();
  bool release_exchange();
  void refuse(int status);
  void linger();
  void schedule();

  Loop& loop_;
  const std::unique_ptr<SocketChannel> channel_;
  const std::string peer_;
  const Admission admission_;
  RequestReader reader_;
  std::shared_ptr<Outbox> outbox_;  // of the running exchange; shared with its handler
  std::vector<Piece> batch_;        // being written; never touched while a write is outstanding
  std::size_t batch_sent_ = 0;
  std::size_t slot_ = 0;
  SteadyTime phase_deadline_ = SteadyTime::max();
  SteadyTime write_deadline_ = SteadyTime::max();
  SteadyTime comment_due_ = SteadyTime::max();
  SteadyTime answer_sent_{};  // when the answer went past us; never, when we wrote it
  Phase phase_ = Phase::kReading;
  RequestReader::State seen_ = RequestReader::State::kIdle;
  bool reading_ = false;   // a read is outstanding
  bool writing_ = false;   // a write is outstanding
  bool fresh_ = false;     // input has come that was not parsed
  bool complete_ = false;  // the whole answer has been taken from the outbox
  bool chunked_ = true;
  bool streaming_ = false;  // an event stream is open, and may be for long
  bool closing_ = false;    // after the batch the connection ends
  bool at_end_ = false;     // the client has closed its side
  bool pumping_ = false;
  bool closed_ = false;
};

}  // namespace pmx::mcp::http
