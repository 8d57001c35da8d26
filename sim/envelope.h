// What goes over the wire around a call: the envelope of an answer, and the body and parameters of
// a request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "sim/call_answer.h"
#include "sim/cluster.h"
#include "sim/facts.h"
#include "sim/upload.h"

namespace pmx::sim {

/// PVE's envelope around an answer; its members are written in the order that `seed` gives.
Response envelope(const Answer& answer, std::uint64_t seed, const std::string& connection);

/// The header by which pveproxy tells that it hands a call over to pvedaemon, or to another node.
std::string connection_of(bool is_protected, bool remote);

/// What pveproxy says about a body that it does not read; nothing when it does.
std::optional<Response> refuse_body(const Request& request);

/// Query, body and path variables in one object, or the answer that refuses them.
std::optional<Answer> read_params(const Request& request, const Route& route, Json& params,
                                  std::optional<Upload>& upload);

}  // namespace pmx::sim
