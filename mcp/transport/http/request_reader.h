// RequestReader: bytes of one connection in, complete and checked requests out. It needs no socket
// (the fuzzer drives it alone) and belongs to one thread.
//
// Beast's parser reads the grammar (RFC 9112). What Beast lets through is checked here: obs-fold,
// missing or repeated Host, any Transfer-Encoding but exactly "chunked", Content-Encoding, the raw
// size of a chunked body. The usual request of our clients, when it comes whole, needs no parser
// (usual_request.h); everything else goes through Beast. All memory is bounded by the limits,
// whatever the client sends.
//
//   auto space = reader.space();  n = recv(space);  reader.commit(n);
//   if (reader.parse() == RequestReader::State::kComplete) serve(reader.take());
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "mcp/transport/http/exchange.h"

namespace pmx::mcp::http {

struct ReadLimits {
  std::size_t max_header = std::size_t{16} << 10;
  std::size_t max_body = std::size_t{4} << 20;
};

/// A request and what its sender's HTTP version and Connection header ask for.
struct Received {
  HttpRequest request;
  bool keep_alive = false;
  bool http10 = false;
};

class RequestReader {
 public:
  /// kIdle: between requests. kComplete: take() it. kRefused: final, see refusal().
  enum class State { kIdle, kHeader, kBody, kComplete, kRefused };

  explicit RequestReader(const ReadLimits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Where the next bytes go; empty when the bound for unparsed bytes is reached. The memory stays
  /// in place until the next call of space(), rest() or discard(), whatever else is called.
  std::span<char> space();

  /// `size` bytes have been written to the front of space().
  void commit(std::size_t size);

  /// Reads on in what was committed, up to the end of one request.
  State parse();

  [[nodiscard]] State state() const { return state_; }

  /// The status to answer with; only when refused.
  [[nodiscard]] int refusal() const { return refusal_; }

  /// True once, when the client waits for "100 Continue" before it sends the body.
  bool take_continue();

  /// The complete request; the next one begins.
  Received take();

  /// Bytes that no request has taken yet.
  [[nodiscard]] std::size_t buffered() const { return end_ - begin_; }

  /// Leaves an empty buffer `room` bytes at most, for the next space(): a client that waits for its
  /// answer is silent.
  void rest(std::size_t room);

  /// Forgets what is buffered.
  void discard() { begin_ = end_ = 0; }

 private:
  struct Parsing;

  State refuse(int status);
  bool begin_request();
  bool take_usual();
  bool complete_header();
  bool feed_header();
  State feed_body();
  void resize(std::size_t capacity);
  [[nodiscard]] std::string_view held() const { return {buffer_.get() + begin_, end_ - begin_}; }

  const ReadLimits limits_;
  Received received_;  // the current request
  std::unique_ptr<Parsing> parsing_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t scanned_ = 0;   // of the held bytes: no end of header before this
  std::size_t raw_body_ = 0;  // body bytes as sent, chunk framing included
  State state_ = State::kIdle;
  int refusal_ = 0;
  bool resting_ = false;  // space() is what there is
};

}  // namespace pmx::mcp::http
