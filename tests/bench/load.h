// A closed-loop HTTP load: each connection sends its next request when the answer to the last one
// has come. One thread.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pmx::bench {

using Clock = std::chrono::steady_clock;

/// A request holds this number as its id; every connection puts one of its own in its place, so
/// that no two requests in flight share an id.
inline constexpr std::string_view kIdPlace = "1000000";

/// `request` with `number` (below a million) in place of kIdPlace.
std::string with_id(std::string_view request, std::size_t number);

/// Connects to 127.0.0.1; ends the program with a message when that fails.
int connect_to(std::uint16_t port);

/// Ends the program with what failed.
[[noreturn]] void fail(const char* what);

/// Finds the ends of HTTP answers with a Content-Length or in chunks, and nothing else of HTTP.
class AnswerEnd {
 public:
  /// Takes the next bytes; true when they end the answer. What is no 200 ends the program.
  bool take(std::string_view bytes);

  /// Bytes of the last body that ended, with the frames of its chunks.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void read_head();
  bool end();

  std::string head_;
  bool in_body_ = false;
  bool chunked_ = false;
  std::size_t left_ = 0;  // bytes of a body with a Content-Length
  std::string tail_;      // the last bytes of a body in chunks
  std::size_t taken_ = 0;
  std::size_t size_ = 0;
};

struct LoadFigures {
  double requests_per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  std::size_t requests = 0;
  std::size_t shortest = 0;  ///< bytes of an answer's body
  std::size_t longest = 0;
};

/// As one line.
std::string to_json(const LoadFigures& figures);

/// Some connections under load, to be driven by an epoll instance that may serve others too.
class Load {
 public:
  /// Connects, and registers with `poller`: the connections have the events' `u64` from 0.
  Load(int poller, std::uint16_t port, std::size_t connections, std::string_view request);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// The first request of every connection.
  void start();

  /// From now on an answer asks for nothing more. Who closes a connection of a session that waits
  /// for an answer keeps its id in use, and the next load would be refused.
  void stop() { stopping_ = true; }

  /// Bytes wait at connection `number`.
  void on_readable(std::size_t number);

  [[nodiscard]] std::size_t connections() const { return lines_.size(); }
  [[nodiscard]] std::size_t answered() const { return latencies_.size(); }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }

  /// Since start() or the last call.
  LoadFigures figures();

 private:
  struct Line {
    int fd = -1;
    std::string request;
    AnswerEnd end;
    Clock::time_point sent;
  };

  void send(Line& line);

  std::vector<Line> lines_;
  std::vector<float> latencies_;  // milliseconds
  std::size_t shortest_ = SIZE_MAX;
  std::size_t longest_ = 0;
  std::size_t in_flight_ = 0;
  bool stopping_ = false;
  Clock::time_point begun_;
};

/// Loads for `duration`, or until so many requests are answered when `requests` is not 0.
LoadFigures load(std::uint16_t port, std::size_t connections, std::string_view request,
                 std::chrono::milliseconds duration, std::size_t requests = 0);

}  // namespace pmx::bench
