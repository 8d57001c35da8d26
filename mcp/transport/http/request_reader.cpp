#include "mcp/transport/http/request_reader.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "mcp/transport/http/usual_request.h"

namespace pmx::mcp::http {
namespace {

namespace beast = boost::beast;
namespace asio = boost::asio;

constexpr std::size_t kChunk = std::size_t{4} << 10;       // first buffer of a request
constexpr std::size_t kBodyChunk = std::size_t{64} << 10;  // buffer for large bodies
constexpr std::size_t kTail = 512;                         // smallest useful read
constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kUsualFields = 12;
constexpr std::size_t kMaxTarget = std::size_t{8} << 10;
constexpr std::size_t kRawSlack = std::size_t{64} << 10;

bool is_token_char(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kMarks.find(c) != std::string_view::npos;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view text, std::string_view lower_word) {
  return std::equal(text.begin(), text.end(), lower_word.begin(), lower_word.end(),
                    [](char a, char b) { return lower(a) == b; });
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

/// 505 for a well-formed version that is not ours, else 400. `line` is the request line.
int version_status(std::string_view line) {
  const std::string_view version = line.substr(line.rfind(' ') + 1);
  const bool formed = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
                      all_digits(version.substr(5, 1)) && all_digits(version.substr(7, 1));
  return formed ? 505 : 400;
}

bool supported(beast::http::verb method) {
  using beast::http::verb;
  switch (method) {
    case verb::get:
    case verb::head:
    case verb::post:
    case verb::put:
    case verb::delete_:
    case verb::options:
    case verb::patch: return true;
    default: return false;  // all of Beast's others, and unknown ones
  }
}

/// Fills a Received; the first refusal wins.
class Parser final : public beast::http::basic_parser<true> {
 public:
  Parser(Received& out, std::size_t max_line) : out_(out), max_line_(max_line) {}

  [[nodiscard]] int refusal() const { return refusal_; }

  bool take_expectation() { return std::exchange(expects_, false); }

  /// Where the next put() has its first byte of body framing.
  void mark(const char* position) { mark_ = position; }

  /// True when the framing from the mark to `end` exceeds its limit.
  [[nodiscard]] bool overlong(const char* end) const {
    return static_cast<std::size_t>(end - mark_) > max_line_;
  }

 private:
  using error_code = beast::error_code;
  using field = beast::http::field;

  void refuse(int status, error_code& ec) {
    if (refusal_ == 0) refusal_ = status;
    ec = beast::http::error::bad_value;
  }

  void on_request_impl(beast::http::verb method, beast::string_view method_text,
                       beast::string_view target, int version, error_code& ec) override {
    out_.http10 = version == 10;
    out_.request.method = view(method_text);
    out_.request.headers.reserve(kUsualFields);
    if (!supported(method)) return refuse(501, ec);
    if (target.size() > kMaxTarget) return refuse(414, ec);
    if (!read_target(view(target))) refuse(400, ec);
  }

  /// origin-form, absolute-form or "*" (RFC 9112, 3.2).
  bool read_target(std::string_view target) {
    HttpRequest& request = out_.request;
    const bool plain = std::all_of(target.begin(), target.end(),
                                   [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
    if (!plain || target.empty()) return false;
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (!same_word(target.substr(0, scheme.size()), scheme)) continue;
      target.remove_prefix(scheme.size());
      const std::size_t end = std::min(target.find_first_of("/?"), target.size());
      authority_ = target.substr(0, end);
      target.remove_prefix(end);
      if (authority_->empty()) return false;
    }
    const std::size_t mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    if (mark < target.size()) request.query = target.substr(mark + 1);
    if (authority_ && request.path.empty()) request.path = "/";
    return request.path.starts_with('/') || (target == "*" && request.method == "OPTIONS");
  }

  void on_field_impl(field name, beast::string_view name_text, beast::string_view value,
                     error_code& ec) override {
    if (is_header_done_) return;  // a trailer says nothing that we would believe
    if (out_.request.headers.size() >= kMaxFields) return refuse(431, ec);
    if (const int status = judge(name, view(value)); status != 0) return refuse(status, ec);
    HttpHeader& header = out_.request.headers.emplace_back();
    header.name.resize(name_text.size());
    std::transform(name_text.begin(), name_text.end(), header.name.begin(), lower);
    header.value = view(value);
  }

  /// The status that refuses this field, or 0.
  int judge(field name, std::string_view value) {
    switch (name) {
      case field::host:
        host_ = value;
        return ++hosts_ > 1 || value.find_first_of(" \t,/?#@\\") != std::string_view::npos ? 400
                                                                                           : 0;
      case field::content_length: return ++lengths_ > 1 || !all_digits(value) ? 400 : 0;
      case field::transfer_encoding:
        return ++codings_ > 1 || out_.http10 || !same_word(value, "chunked") ? 400 : 0;
      case field::content_encoding: return 415;
      case field::expect: expects_ = true; return same_word(value, "100-continue") ? 0 : 417;
      default: return 0;
    }
  }

  void on_header_impl(error_code& ec) override {
    is_header_done_ = true;
    const HttpRequest& request = out_.request;
    if (hosts_ == 0 && !out_.http10) return refuse(400, ec);
    if (authority_ && hosts_ > 0 && *authority_ != host_) return refuse(400, ec);
    const bool sized = lengths_ + codings_ > 0;
    const bool sends =
        request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (sends && !sized) return refuse(411, ec);
    out_.keep_alive = keep_alive();
    expects_ = expects_ && !out_.http10 && sized;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) out_.request.body.reserve(std::min<std::size_t>(*length, kBodyChunk));
  }

  std::size_t on_body_impl(beast::string_view body, error_code&) override {
    out_.request.body.append(body.data(), body.size());
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view extension, error_code& ec) override {
    if (overlong(extension.data() + extension.size() + 2)) refuse(431, ec);
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override {
    out_.request.body.append(body.data(), body.size());
    mark_ = body.data() + body.size();
    return body.size();
  }

  void on_finish_impl(error_code&) override {}

  void on_response_impl(int, beast::string_view, int, error_code&) override {}

  Received& out_;
  const std::size_t max_line_;  // a chunk's size and extension, or the trailers
  const char* mark_ = nullptr;
  std::optional<std::string> authority_;
  std::string host_;
  int hosts_ = 0;
  int lengths_ = 0;
  int codings_ = 0;
  int refusal_ = 0;
  bool expects_ = false;
  bool is_header_done_ = false;
};

/// The status that refuses what the parser stopped at.
int status_of(const Parser& parser, const beast::error_code& ec, std::string_view header) {
  if (parser.refusal() != 0) return parser.refusal();
  if (ec == beast::http::error::body_limit) return 413;
  if (ec == beast::http::error::bad_version)
    return version_status(header.substr(0, header.find("\r\n")));
  return 400;
}

}  // namespace

/// A request that goes through Beast.
struct RequestReader::Parsing {
  Parsing(Received& received, std::size_t max_line) : parser(received, max_line) {}
  Parser parser;
};

RequestReader::RequestReader(const ReadLimits& limits) : limits_(limits) {}

RequestReader::~RequestReader() = default;

void RequestReader::resize(std::size_t capacity) {
  auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
  const std::size_t size = buffered();
  if (size > 0) std::memcpy(buffer.get(), buffer_.get() + begin_, size);
  buffer_ = std::move(buffer);
  capacity_ = capacity;
  begin_ = 0;
  end_ = size;
}

std::span<char> RequestReader::space() {
  if (std::exchange(resting_, false) && capacity_ > 0) return {buffer_.get(), capacity_};
  const std::size_t most = limits_.max_header + kChunk;
  if (begin_ == end_) begin_ = end_ = 0;
  const bool large = state_ == State::kBody && end_ == 0 && raw_body_ >= kChunk;
  if (large && capacity_ < kBodyChunk) {
    resize(kBodyChunk);
  } else if (state_ == State::kIdle && end_ == 0 && capacity_ > kChunk) {
    resize(kChunk);
  } else if (capacity_ - end_ < kTail) {
    const std::size_t wanted = std::max(kChunk, 2 * buffered());
    const bool room = begin_ > 0 && capacity_ >= std::min(wanted, most);
    resize(room ? capacity_ : std::max(std::min(wanted, most), capacity_));
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

void RequestReader::rest(std::size_t room) {
  if (buffered() > 0) return;
  begin_ = end_ = 0;
  resting_ = true;
  if (capacity_ > room) resize(room);
}

void RequestReader::commit(std::size_t size) { end_ += size; }

RequestReader::State RequestReader::refuse(int status) {
  refusal_ = status;
  return state_ = State::kRefused;
}

RequestReader::State RequestReader::parse() {
  if (state_ == State::kComplete || state_ == State::kRefused) return state_;
  if (state_ == State::kIdle && (!begin_request() || take_usual())) return state_;
  if (state_ == State::kHeader && !complete_header()) return state_;
  if (state_ == State::kHeader && !feed_header()) return state_;
  return feed_body();
}

/// Skips empty lines (RFC 9112, 2.2) and finds the first byte of a request.
bool RequestReader::begin_request() {
  while (held().starts_with("\r\n")) begin_ += 2;
  if (held().empty() || held() == "\r") return false;
  if (!is_token_char(held().front())) {  // a TLS client on a plain port, for instance
    refuse(400);
    return false;
  }
  state_ = State::kHeader;
  scanned_ = 0;
  return true;
}

/// True when a whole request is there that needs no parser.
bool RequestReader::take_usual() {
  const std::size_t size = read_usual(held(), limits_, received_);
  if (size == 0) return false;
  begin_ += size;
  state_ = State::kComplete;
  return true;
}

/// True once the whole header is there and keeps its limits.
bool RequestReader::complete_header() {
  const std::string_view text = held();
  const std::size_t end = text.find("\r\n\r\n", scanned_);
  const std::size_t size = end == std::string_view::npos ? text.size() : end + 4;
  if (size > limits_.max_header) {
    refuse(text.find("\r\n") >= limits_.max_header ? 414 : 431);
    return false;
  }
  scanned_ = size < 3 ? 0 : size - 3;
  if (end == std::string_view::npos) return false;
  const std::string_view header = text.substr(0, end);
  if (header.find("\r\n ") != std::string_view::npos ||
      header.find("\r\n\t") != std::string_view::npos) {
    refuse(400);
    return false;
  }
  received_ = {};
  parsing_ = std::make_unique<Parsing>(received_, limits_.max_header);
  Parser& parser = parsing_->parser;
  parser.eager(true);
  parser.header_limit(static_cast<std::uint32_t>(limits_.max_header + kChunk));
  parser.body_limit(limits_.max_body);
  raw_body_ = 0;
  return true;
}

/// The complete header, and nothing behind it, to the parser.
bool RequestReader::feed_header() {
  const std::string_view header = held().substr(0, scanned_ + 3);
  Parser& parser = parsing_->parser;
  beast::error_code ec;
  parser.put(asio::const_buffer(header.data(), header.size()), ec);
  begin_ += header.size();
  state_ = State::kBody;
  if (!ec && parser.is_header_done()) return true;
  refuse(status_of(parser, ec, header));
  return false;
}

RequestReader::State RequestReader::feed_body() {
  Parser& parser = parsing_->parser;
  if (parser.is_done()) return state_ = State::kComplete;
  const std::string_view text = held();
  // "0 CR LF CR LF" ends every chunked body; with less Beast 1.81 fails an assertion of its own.
  constexpr std::size_t kLastChunk = 5;
  if (text.size() < (parser.chunked() ? kLastChunk : 1)) return state_;
  parser.mark(text.data());
  beast::error_code ec;
  const std::size_t used = parser.put(asio::const_buffer(text.data(), text.size()), ec);
  begin_ += used;
  raw_body_ += used;
  if (ec && ec != beast::http::error::need_more) return refuse(status_of(parser, ec, {}));
  if (raw_body_ > limits_.max_body + limits_.max_body / 4 + kRawSlack) return refuse(413);
  // Framing is read whole, within the bound for a header, and the bound must not depend on how the
  // bytes came: so it is checked for what is complete and for what is not.
  const bool done = parser.is_done();
  if (done && parser.chunked() && parser.overlong(text.data() + used)) return refuse(431);
  if (!done && buffered() > limits_.max_header) return refuse(431);
  return done ? state_ = State::kComplete : state_;
}

bool RequestReader::take_continue() {
  return state_ == State::kBody && parsing_->parser.take_expectation() && raw_body_ == 0;
}

Received RequestReader::take() {
  parsing_.reset();
  state_ = State::kIdle;
  return std::move(received_);
}

}  // namespace pmx::mcp::http
