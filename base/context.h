// Context: who asks, under which ids, until when. The explicit first parameter of everything that
// can block or log; copied when work crosses to another thread.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"

namespace pmx {

/// One request on its way through the layers; cheap to copy, never shared between requests.
struct Context {
  std::string request_id;  ///< made by the server, unique in its lifetime; in every log line
  std::string rpc_id;      ///< the client's JSON-RPC id as text; for logs only
  std::string principal =
      "local";         ///< whose rights apply: "local" on stdio, a token's name on HTTP
  std::string client;  ///< "name/version" as the client claims; never trusted
  std::string tool;    ///< the running tool or resource, for logs and audit
  /// The client's W3C trace context, valid or empty: "00-TRACE-SPAN-FLAGS" and the vendors' list.
  std::string traceparent;
  std::string tracestate;
  std::optional<SteadyTime> deadline;
  std::stop_token stop;  ///< requested when the caller cancels or goes away
};

}  // namespace pmx
