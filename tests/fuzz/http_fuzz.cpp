// libFuzzer entry: any bytes in any pieces through the request reader. The first byte of the input
// chooses the size of the pieces, the second the limits. Whatever comes out keeps the limits, and
// the same bytes in one piece give the same requests. (Only when a refusal comes may differ: Beast
// looks for the end of a quoted chunk extension in all it has.)
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/transport/http/request_reader.h"

namespace {

using pmx::mcp::http::ReadLimits;
using pmx::mcp::http::Received;
using pmx::mcp::http::RequestReader;
using State = RequestReader::State;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string summary(const Received& received) {
  std::string text = received.request.method + ' ' + received.request.path + '?' +
                     received.request.query + (received.keep_alive ? " keep" : " close");
  for (const auto& header : received.request.headers)
    text += '\n' + header.name + ": " + header.value;
  return text + "\n\n" + received.request.body;
}

void check(const Received& received, const ReadLimits& limits) {
  require(received.request.body.size() <= limits.max_body);
  require(received.request.path.starts_with('/') || received.request.path == "*");
  for (const auto& header : received.request.headers) {
    require(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    require(!header.name.empty() && header.name.find_first_of(" \r\n:") == std::string::npos);
  }
}

/// What the reader makes of `bytes` in pieces of at most `piece`.
std::vector<std::string> read_all(std::string_view bytes, std::size_t piece,
                                  const ReadLimits& limits) {
  RequestReader reader(limits);
  std::vector<std::string> seen;
  while (true) {
    State state = reader.parse();
    while (state == State::kComplete) {
      const Received received = reader.take();
      check(received, limits);
      seen.push_back(summary(received));
      state = reader.parse();
    }
    if (state == State::kRefused || bytes.empty()) return seen;
    const std::span<char> space = reader.space();
    require(!space.empty());  // a reader that parses takes in or refuses
    const std::size_t size = std::min({piece, space.size(), bytes.size()});
    std::memcpy(space.data(), bytes.data(), size);
    reader.commit(size);
    require(reader.buffered() <= limits.max_header + (std::size_t{64} << 10));
    bytes.remove_prefix(size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const ReadLimits limits = data[1] % 2 == 0 ? ReadLimits{} : ReadLimits{256, 64};
  const auto whole = read_all(bytes, bytes.size() + 1, limits);
  const auto pieces = read_all(bytes, 1 + data[0] % 32, limits);
  require(whole == pieces);
  return 0;
}
