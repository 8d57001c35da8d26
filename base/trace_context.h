// W3C trace context (https://www.w3.org/TR/trace-context/), level 1: which trace of the caller's a
// request belongs to. Pure functions.
#pragma once

#include <string_view>

#include "base/context.h"

namespace pmx {

/// True for "VERSION-TRACE-SPAN-FLAGS" in lower-case hexadecimal with ids that are not all zero;
/// of version 00 exactly, of later versions also with more behind another dash.
bool is_traceparent(std::string_view text);

/// True for at most 32 list members "key=value" of at most 512 characters in all, in the
/// characters that the standard allows.
bool is_tracestate(std::string_view text);

/// Puts what is valid into the context. Without a valid `traceparent` neither counts.
void set_trace(Context& ctx, std::string_view traceparent, std::string_view tracestate);

/// The trace's 32 digits and the calling span's 16; "" without a trace.
std::string_view trace_id(const Context& ctx);
std::string_view parent_span(const Context& ctx);

}  // namespace pmx
