#include "base/trace_context.h"

#include <algorithm>
#include <set>

namespace pmx {
namespace {

constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kTraceSize = 32;
constexpr std::size_t kSpanAt = kTraceAt + kTraceSize + 1;
constexpr std::size_t kSpanSize = 16;
constexpr std::size_t kFlagsAt = kSpanAt + kSpanSize + 1;
constexpr std::size_t kSize = kFlagsAt + 2;

constexpr std::size_t kMaxState = 512;
constexpr std::size_t kMaxMembers = 32;
constexpr std::size_t kMaxKey = 256;
constexpr std::size_t kMaxValue = 256;

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

bool is_key(std::string_view key) {
  constexpr std::string_view kFirst = "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::string_view kRest = "abcdefghijklmnopqrstuvwxyz0123456789_-*/@";
  return !key.empty() && key.size() <= kMaxKey && kFirst.find(key.front()) != kFirst.npos &&
         key.find_first_not_of(kRest) == std::string_view::npos;
}

bool is_value(std::string_view value) {
  return !value.empty() && value.size() <= kMaxValue && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

bool is_traceparent(std::string_view text) {
  if (text.size() < kSize || !is_hex(text.substr(0, 2)) || text.starts_with("ff")) return false;
  for (const std::size_t dash : {kTraceAt, kSpanAt, kFlagsAt}) {
    if (text[dash - 1] != '-') return false;
  }
  if (text.starts_with("00") ? text.size() != kSize : text.size() > kMaxState) return false;
  if (text.size() > kSize && text[kSize] != '-') return false;
  return is_id(text.substr(kTraceAt, kTraceSize)) && is_id(text.substr(kSpanAt, kSpanSize)) &&
         is_hex(text.substr(kFlagsAt, 2));
}

bool is_tracestate(std::string_view text) {
  if (text.size() > kMaxState) return false;
  std::set<std::string_view> keys;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view member = trim(text.substr(0, comma));
    if (!member.empty()) {  // empty members are allowed
      const std::size_t equals = member.find('=');
      if (equals == std::string_view::npos || !is_key(member.substr(0, equals))) return false;
      if (!is_value(member.substr(equals + 1))) return false;
      if (!keys.insert(member.substr(0, equals)).second) return false;
    }
    if (comma == text.size()) return keys.size() <= kMaxMembers;
    text.remove_prefix(comma + 1);
  }
}

void set_trace(Context& ctx, std::string_view traceparent, std::string_view tracestate) {
  if (!is_traceparent(traceparent)) return;
  ctx.traceparent = traceparent;
  if (is_tracestate(tracestate)) ctx.tracestate = tracestate;
}

std::string_view trace_id(const Context& ctx) {
  if (ctx.traceparent.empty()) return {};
  return std::string_view(ctx.traceparent).substr(kTraceAt, kTraceSize);
}

std::string_view parent_span(const Context& ctx) {
  if (ctx.traceparent.empty()) return {};
  return std::string_view(ctx.traceparent).substr(kSpanAt, kSpanSize);
}

}  // namespace pmx
