// Projection: our objects as a given protocol version knows them.
//
// Everything inside is written in the newest form; older clients get the members and content types
// that their schema names, so that a strict client never chokes and no information is lost. Pure
// functions, any thread.
#pragma once

#include <string>

#include "base/json.h"
#include "mcp/protocol/versions.h"

namespace pmx::mcp {

/// A tools/list entry without the members that `version` does not know: before 2026-07-28 also
/// without an outputSchema of anything but an object.
Json project_tool(const Json& definition, Version version);

/// An entry of resources/list or resources/templates/list.
Json project_resource(const Json& definition, Version version);

/// A prompts/list entry, arguments included.
Json project_prompt(const Json& definition, Version version);

/// One content block; a type unknown to `version` (audio, resource_link) becomes text.
Json project_content(const Json& block, Version version);

/// A prompts/get result {description?, messages}: each message's content projected.
Json project_prompt_result(const Json& result, Version version);

/// A tools/call result from a structured answer, its text twin and further blocks. There is always
/// a block; where structuredContent is unknown, the JSON follows as a second text block.
/// `structured` null = none.
Json make_tool_result(Json structured, std::string text, const Json& blocks, Version version);

/// A tools/call result that reports a failure in words.
Json make_tool_error(std::string text);

/// The members of an Implementation (serverInfo) that `version` knows.
Json project_implementation(const Json& info, Version version);

}  // namespace pmx::mcp
