// The request handlers, one per method; each turns a Call into an Answer before the gate.
//
// All are thread-safe and may block only where the method table (methods.h) says so.
#pragma once

#include "mcp/server/call.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

Answer ping(const Core& core, const Call& call);
Answer list_tools(const Core& core, const Call& call);
Answer list_resources(const Core& core, const Call& call);
Answer list_templates(const Core& core, const Call& call);
Answer list_prompts(const Core& core, const Call& call);

/// completion/complete: find the prompt or template, ask its completer.
Answer complete(const Core& core, const Call& call);

/// logging/setLevel (before 2026-07-28).
Answer set_log_level(const Core& core, const Call& call);

/// tools/call: find, validate, admit, observe, run, check the output.
Answer call_tool(const Core& core, const Call& call, Interaction& interaction);

/// resources/read: match the URI, admit its variables, observe, read.
Answer read_resource(const Core& core, const Call& call);

/// subscriptions/listen (2026-07-28): stays open and carries what the client asked to hear of.
Answer listen(const Core& core, const Call& call);

/// resources/subscribe and resources/unsubscribe (before 2026-07-28).
Answer subscribe(const Core& core, const Call& call);
Answer unsubscribe(const Core& core, const Call& call);

/// prompts/get: check and admit the arguments, fill in the template.
Answer get_prompt(const Core& core, const Call& call, Interaction& interaction);

}  // namespace pmx::mcp
