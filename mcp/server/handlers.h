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

/// tasks/get: a task as it is now (2025-11-25; extension of 2026-07-28).
Answer get_task(const Core& core, const Call& call);

/// tasks/update (2026-07-28): answers to what a task asks.
Answer update_task(const Core& core, const Call& call);

/// tasks/cancel.
Answer cancel_task(const Core& core, const Call& call);

/// tasks/result (2025-11-25): what the task came to, waiting for it and asking the user for it.
Answer task_result(const Core& core, const Call& call);

/// tasks/list (2025-11-25): those of the principal, newest first.
Answer list_tasks(const Core& core, const Call& call);

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
