// Logging: one event name and key=value fields a line, to stderr or a file, never to stdout.
//
// Every field passes the redactor (the privacy engine) before it is written; before a redactor is
// set, field values are withheld. Of what only the client knows (an id that is no integer, its
// tracestate) a hash is written. Thread-safe after init().
//
//   log::info(ctx, "tool.done", {{"ms", "12"}});
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/context.h"
#include "base/result.h"

namespace pmx::log {

/// From everything to nothing; a level writes itself and what is graver.
enum class Level { kDebug, kInfo, kWarn, kError, kOff };

/// One key=value of a line. An empty value is left out; one with blanks or control characters is
/// quoted and escaped.
struct Field {
  std::string_view key;
  std::string value;
};

/// Where lines go and from which level on.
struct Options {
  Level level = Level::kInfo;
  std::string file;  ///< empty = stderr; created 0600
};

/// Turns a line into what may be written. Must not log.
using Redactor = std::function<std::string(std::string_view)>;

/// Starts logging. Call once from main before threads exist. Fails when the file cannot be opened.
Result<void> init(const Options& options);

/// Sets or replaces the redactor; an empty one withholds field values again. Safe while other
/// threads log.
void set_redactor(Redactor redactor);

/// "debug", "info", "warn", "error", "off".
Result<Level> parse_level(std::string_view name);

/// Someone must act.
void error(const Context& ctx, std::string_view event, std::initializer_list<Field> fields = {});
/// We coped: the answer was degraded, delayed or refused.
void warn(const Context& ctx, std::string_view event, std::initializer_list<Field> fields = {});
/// One line a request, with what it was and how long it took.
void info(const Context& ctx, std::string_view event, std::initializer_list<Field> fields = {});
/// Bodies and decisions; off unless asked for.
void debug(const Context& ctx, std::string_view event, std::initializer_list<Field> fields = {});

}  // namespace pmx::log
