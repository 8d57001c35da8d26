#include "mcp/protocol/projection.h"

#include <initializer_list>
#include <utility>

namespace pmx::mcp {
namespace {

void drop(Json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys) object.erase(key);
}

/// The same for an object inside `object`.
void drop_in(Json& object, const char* member, std::initializer_list<const char*> keys) {
  const auto inner = object.find(member);
  if (inner != object.end() && inner->is_object()) drop(*inner, keys);
}

/// Not by an initializer list: that copies, and a text may be large.
Json text_block(std::string text) {
  Json block = Json::object();
  block["text"] = std::move(text);
  block["type"] = "text";
  return block;
}

/// Members shared by tools, resources, prompts and implementations.
void drop_common(Json& object, const Features& features) {
  if (!features.structured_content) {
    drop(object, {"title", "_meta"});
    drop_in(object, "annotations", {"lastModified"});
  }
  if (!features.icons) drop(object, {"icons"});
}

/// Only 2026-07-28 has structured answers that are no objects.
bool knows_output(const Json& tool, const Features& features) {
  if (features.modern) return true;
  const Json* schema = find_member(tool, "outputSchema");
  return features.structured_content && schema != nullptr &&
         string_member(*schema, "type") == "object";
}

}  // namespace

Json project_tool(const Json& definition, Version version) {
  const Features& features = features_of(version);
  Json tool = definition;
  if (!tool.is_object()) return tool;
  drop_common(tool, features);
  if (!features.annotations) drop(tool, {"annotations"});
  if (!knows_output(tool, features)) drop(tool, {"outputSchema"});
  if (!features.execution) drop(tool, {"execution"});
  return tool;
}

Json project_resource(const Json& definition, Version version) {
  Json resource = definition;
  if (!resource.is_object()) return resource;
  drop_common(resource, features_of(version));
  return resource;
}

Json project_prompt(const Json& definition, Version version) {
  const Features& features = features_of(version);
  Json prompt = definition;
  if (!prompt.is_object()) return prompt;
  drop_common(prompt, features);
  const auto arguments = prompt.find("arguments");
  if (arguments == prompt.end() || !arguments->is_array()) return prompt;
  for (Json& argument : *arguments) {
    if (argument.is_object() && !features.structured_content) drop(argument, {"title"});
  }
  return prompt;
}

Json project_content(const Json& block, Version version) {
  const Features& features = features_of(version);
  const std::string_view type = string_member(block, "type");
  if (type == "resource_link" && !features.structured_content) {
    return text_block(std::string(string_member(block, "name")) + ": " +
                      std::string(string_member(block, "uri")));
  }
  if (type == "audio" && !features.annotations) {
    return text_block("(audio, " + std::string(string_member(block, "mimeType")) + ")");
  }
  Json copy = block;
  if (!copy.is_object()) return copy;
  drop_common(copy, features);
  if (!features.structured_content) drop_in(copy, "resource", {"_meta"});
  return copy;
}

Json project_prompt_result(const Json& result, Version version) {
  Json copy = result;
  const auto messages = copy.is_object() ? copy.find("messages") : copy.end();
  if (messages == copy.end() || !messages->is_array()) return copy;
  for (Json& message : *messages) {
    const Json* content = find_member(message, "content");
    if (content != nullptr) message["content"] = project_content(*content, version);
  }
  return copy;
}

Json make_tool_result(Json structured, std::string text, const Json& blocks, Version version) {
  const bool some = !structured.is_null();
  const bool worded = !text.empty();
  Json content = Json::array();
  if (worded) content.push_back(text_block(std::move(text)));
  const Features& features = features_of(version);
  const bool structured_known =
      features.structured_content && (features.modern || structured.is_object());
  if (some && (!structured_known || !worded)) {
    content.push_back(text_block(dump_json(structured)));
  }
  for (const Json& block : blocks) content.push_back(project_content(block, version));
  if (content.empty()) content.push_back(text_block(""));
  Json result = Json::object();
  result["content"] = std::move(content);
  if (some && structured_known) result["structuredContent"] = std::move(structured);
  return result;
}

Json make_tool_error(std::string text) {
  return {{"content", Json::array({text_block(std::move(text))})}, {"isError", true}};
}

Json project_implementation(const Json& info, Version version) {
  const Features& features = features_of(version);
  Json copy = info;
  if (!copy.is_object()) return copy;
  drop_common(copy, features);
  if (!features.icons) drop(copy, {"description", "websiteUrl"});
  return copy;
}

}  // namespace pmx::mcp
