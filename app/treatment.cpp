#include "app/treatment.h"

#include "anonymize/vmids.h"

namespace pmx::app {
namespace {

using anonymize::Explanation;

bool may_be_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

Result<std::string> anonymized(anonymize::Engine& engine, std::string_view text, Explanation* why) {
  if (may_be_json(text)) {
    auto document = engine.anonymize_json(text, why);
    if (document.ok() || document.error().code != Code::kInvalidArgument) return document;
  }
  return engine.anonymize_text(text, why);
}

}  // namespace

/// VMIDs keep their number of digits, so nothing that was said of `out` moves.
Result<void> Anonymizing::permute(std::string& out) {
  if (vmid_key_.empty() || out.empty()) return {};
  out = anonymize::permute_vmids(vmid_key_, out);
  return engine_.check(out);
}

Result<std::string> Anonymizing::whole(std::string_view text, Explanation* why) {
  PMX_TRY(std::string safe, anonymized(engine_, text, why));
  PMX_TRY_VOID(engine_.check(safe));
  PMX_TRY_VOID(permute(safe));
  return safe;
}

Result<void> Anonymizing::feed(std::string_view piece, std::string& out, Explanation* why) {
  PMX_TRY_VOID(stream_.feed(piece, out, why));
  return permute(out);
}

Result<void> Anonymizing::finish(std::string& out, Explanation* why) {
  PMX_TRY_VOID(stream_.finish(out, why));
  return permute(out);
}

Result<std::string> Revealing::whole(std::string_view text, Explanation* why) {
  return engine_.reveal(text, why);
}

Result<void> Revealing::feed(std::string_view piece, std::string& out, Explanation* why) {
  return stream_.feed(piece, out, why);
}

Result<void> Revealing::finish(std::string& out, Explanation* why) {
  return stream_.finish(out, why);
}

}  // namespace pmx::app
