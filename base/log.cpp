#include "base/log.h"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <shared_mutex>

#include "base/crypto.h"
#include "base/trace_context.h"

namespace pmx::log {
namespace {

struct State {
  std::shared_mutex mutex;
  std::shared_ptr<spdlog::logger> logger;  // shared: spdlog's own ownership model
  Redactor redactor;
  bool to_stderr = true;
};

State& state() {
  static State instance;
  return instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarn: return spdlog::level::warn;
    case Level::kError: return spdlog::level::err;
    case Level::kOff: return spdlog::level::off;
  }
  std::abort();
}

/// False for a pipe that nobody empties: a client that ignores our stderr must not stop the server.
bool takes_bytes(int fd) {
  pollfd end{fd, POLLOUT, 0};
  return ::poll(&end, 1, 0) == 1 && (end.revents & POLLOUT) != 0;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// Quotes a value when it would break the line or move the terminal's cursor; a log line must not
/// be forgeable from inside a value.
void append_value(std::string& line, std::string_view value) {
  const bool plain = !value.empty() && value.find_first_of(" \"=\\") == std::string_view::npos &&
                     std::none_of(value.begin(), value.end(), is_control);
  if (plain) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (is_control(c)) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      line += "\\x";
      line += kDigits[static_cast<unsigned char>(c) >> 4];
      line += kDigits[static_cast<unsigned char>(c) & 15];
    } else {
      line += c;
    }
  }
  line += '"';
}

void append_field(std::string& line, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  line += ' ';
  line += key;
  line += '=';
  append_value(line, value);
}

/// Stands for a client's own words, so that its log and ours can be compared. The redactor is not
/// asked about them: the client could watch what that comes to.
std::string hash_name(std::string_view words) {
  constexpr std::size_t kHashed = 4;
  return words.empty() ? "" : "hash:" + crypto::hex(crypto::sha256(words).substr(0, kHashed));
}

/// The client's id of a request: digits say nothing, of any other id stands a hash.
std::string request_name(std::string_view rpc_id) {
  constexpr std::size_t kDigits = 20;  // of any integer that JSON readers keep exact
  const std::string_view digits = rpc_id.substr(rpc_id.starts_with('-') ? 1 : 0);
  const bool integer =
      digits.size() <= kDigits &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return integer ? std::string(rpc_id) : hash_name(rpc_id);
}

void write(Level level, const Context& ctx, std::string_view event,
           std::initializer_list<Field> fields) {
  State& s = state();
  const std::shared_lock lock(s.mutex);
  if (s.logger == nullptr || !s.logger->should_log(to_spdlog(level))) return;
  if (s.to_stderr && !takes_bytes(STDERR_FILENO)) return;
  std::string line(event);
  append_field(line, "rid", ctx.request_id);
  // Random digits of the client's: the redactor would take them for a secret.
  append_field(line, "trace", trace_id(ctx));
  append_field(line, "span", parent_span(ctx));
  append_field(line, "jrpc", request_name(ctx.rpc_id));
  std::string detail;
  append_field(detail, "tool", ctx.tool);
  for (const Field& field : fields) append_field(detail, field.key, field.value);
  if (s.redactor) {
    line += s.redactor(detail);
  } else if (!detail.empty()) {
    line += " (details withheld: no redactor yet)";
  }
  append_field(line, "tracestate", hash_name(ctx.tracestate));
  s.logger->log(to_spdlog(level), "{}", line);
}

}  // namespace

Result<void> init(const Options& options) {
  State& s = state();
  const std::unique_lock lock(s.mutex);
  s.to_stderr = options.file.empty();
  if (options.file.empty()) {
    s.logger =
        std::make_shared<spdlog::logger>("pmx", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  } else {
    const int fd = ::open(options.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
      return Error{Code::kInvalidArgument,
                   "cannot open the log file " + options.file + ": " + std::strerror(errno),
                   "choose a writable --log-file"};
    }
    ::close(fd);
    s.logger = std::make_shared<spdlog::logger>(
        "pmx", std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file));
  }
  s.logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
  s.logger->set_level(to_spdlog(options.level));
  s.logger->flush_on(spdlog::level::debug);
  return {};
}

void set_redactor(Redactor redactor) {
  State& s = state();
  const std::unique_lock lock(s.mutex);
  s.redactor = std::move(redactor);
}

Result<Level> parse_level(std::string_view name) {
  if (name == "debug") return Level::kDebug;
  if (name == "info") return Level::kInfo;
  if (name == "warn") return Level::kWarn;
  if (name == "error") return Level::kError;
  if (name == "off") return Level::kOff;
  return Error{Code::kInvalidArgument,
               "must be debug, info, warn, error or off, is \"" + std::string(name) + "\"", ""};
}

void error(const Context& ctx, std::string_view event, std::initializer_list<Field> fields) {
  write(Level::kError, ctx, event, fields);
}
void warn(const Context& ctx, std::string_view event, std::initializer_list<Field> fields) {
  write(Level::kWarn, ctx, event, fields);
}
void info(const Context& ctx, std::string_view event, std::initializer_list<Field> fields) {
  write(Level::kInfo, ctx, event, fields);
}
void debug(const Context& ctx, std::string_view event, std::initializer_list<Field> fields) {
  write(Level::kDebug, ctx, event, fields);
}

}  // namespace pmx::log
