#include "mcp/schema/findings.h"

#include <algorithm>
#include <utility>

namespace pmx::mcp::schema {
namespace {

constexpr std::size_t kMaxListed = 50;

using Kind = Finding::Kind;

/// How far off an alternative is, by what would tell it from the others.
enum class Distance { kNear, kOtherConstant, kOtherType };

bool rules_out(const Finding& finding, Kind kind, std::size_t depth) {
  return finding.kind == kind && finding.depth <= depth;
}

Distance distance(const Findings& findings, std::size_t depth) {
  const auto any = [&](Kind kind, std::size_t most) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& f) { return rules_out(f, kind, most); });
  };
  if (any(Kind::kType, depth)) return Distance::kOtherType;
  return any(Kind::kConstant, depth + 1) ? Distance::kOtherConstant : Distance::kNear;
}

using Group = std::vector<const Findings*>;

/// The alternatives that share the least distance.
std::pair<Distance, Group> closest(const std::vector<Findings>& alternatives, std::size_t depth) {
  Distance least = Distance::kOtherType;
  for (const Findings& findings : alternatives) least = std::min(least, distance(findings, depth));
  Group group;
  for (const Findings& findings : alternatives) {
    if (distance(findings, depth) == least) group.push_back(&findings);
  }
  return {least, group};
}

const Finding* find(const Findings& findings, Kind kind, std::size_t depth) {
  const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) {
    return rules_out(finding, kind, depth);
  });
  return found == findings.end() ? nullptr : &*found;
}

Findings merge_types(const Group& group, const std::string& path, std::size_t depth) {
  Finding merged{path, "", Kind::kType, depth, 0, {}};
  for (const Findings* findings : group) merged.types |= find(*findings, Kind::kType, depth)->types;
  merged.what = "must be " + type_words(merged.types);
  return {merged};
}

/// "/kind must be one of a, b" when every alternative asks for another constant there; otherwise
/// nothing.
Findings merge_constants(const Group& group, std::size_t depth) {
  Finding merged;
  for (const Findings* findings : group) {
    const Finding& finding = *find(*findings, Kind::kConstant, depth + 1);
    if (merged.allowed.empty()) {
      merged = finding;
    } else if (merged.path != finding.path) {
      return {};
    } else {
      merged.allowed.insert(merged.allowed.end(), finding.allowed.begin(), finding.allowed.end());
    }
  }
  auto& allowed = merged.allowed;
  std::sort(allowed.begin(), allowed.end());
  allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
  merged.what = choice_words(allowed);
  return {merged};
}

/// Whoever got further into the value before it failed, then whoever asks for less.
bool closer(const Findings* a, const Findings* b) {
  const auto deepest = [](const Findings& findings) {
    std::size_t depth = 0;
    for (const Finding& finding : findings) depth = std::max(depth, finding.depth);
    return depth;
  };
  if (deepest(*a) != deepest(*b)) return deepest(*a) > deepest(*b);
  return a->size() < b->size();
}

/// "/a is required, or /b is required": short enough to name them all.
Findings name_all(const Group& group, const std::string& path, std::size_t depth) {
  Finding all{path, "", Kind::kOther, depth, 0, {}};
  for (const Findings* findings : group) {
    const Finding& only = findings->front();
    const std::string text =
        only.path == path ? only.what : (only.path.empty() ? "/" : only.path) + " " + only.what;
    if (all.what == text) continue;
    all.what += (all.what.empty() ? "" : ", or ") + text;
  }
  return {all};
}

}  // namespace

std::string type_words(unsigned types) {
  constexpr std::pair<TypeBit, const char*> kWords[] = {
      {kTypeNull, "null"},       {kTypeBoolean, "true or false"}, {kTypeInteger, "an integer"},
      {kTypeNumber, "a number"}, {kTypeString, "a string"},       {kTypeArray, "an array"},
      {kTypeObject, "an object"}};
  std::string words;
  for (const auto& [bit, word] : kWords) {
    if ((types & bit) == 0) continue;
    if (!words.empty()) words += " or ";
    words += word;
  }
  return words;
}

std::string value_words(const Json& value) {
  return value.is_string() ? *value.get_ptr<const std::string*>() : dump_json(value);
}

std::string choice_words(const std::vector<std::string>& allowed) {
  std::string words = allowed.size() == 1 ? "must be " : "must be one of ";
  const std::size_t listed = std::min(allowed.size(), kMaxListed);
  for (std::size_t i = 0; i < listed; ++i) words += (i == 0 ? "" : ", ") + allowed[i];
  if (listed < allowed.size()) {
    words += " and " + std::to_string(allowed.size() - listed) + " more";
  }
  return words;
}

std::string size_words(std::uint64_t size, const Size& least, const Size& most, const char* unit) {
  const bool few = least && size < *least;
  return std::string("must have at ") + (few ? "least " : "most ") +
         std::to_string(few ? *least : *most) + " " + unit + ", has " + std::to_string(size);
}

std::string unknown_words(const ObjectRules* object) {
  std::string words;
  if (object != nullptr) {
    for (const Member& member : object->members) {
      if (member.node != nullptr) words += (words.empty() ? " " : ", ") + member.name;
    }
  }
  const bool open = object == nullptr || !object->patterns.empty();
  if (words.empty()) return open ? "has a member that is not allowed here" : "takes no members";
  return "has a member that is not known here; known are" + words;
}

Findings nearest(const std::vector<Findings>& alternatives, const std::string& path,
                 std::size_t depth) {
  const auto [least, group] = closest(alternatives, depth);
  if (least == Distance::kOtherType) return merge_types(group, path, depth);
  if (least == Distance::kOtherConstant) {
    auto merged = merge_constants(group, depth);
    if (!merged.empty()) return merged;
  }
  const Findings& best = **std::min_element(group.begin(), group.end(), closer);
  if (group.size() == 1) return best;
  const auto single = [](const Findings* findings) { return findings->size() == 1; };
  constexpr std::size_t kFew = 4;
  if (group.size() <= kFew && std::all_of(group.begin(), group.end(), single)) {
    return name_all(group, path, depth);
  }
  Findings out{{path,
                "fits none of the forms allowed here; the nearest one asks:",
                Kind::kOther,
                depth,
                0,
                {}}};
  out.insert(out.end(), best.begin(), best.end());
  return out;
}

}  // namespace pmx::mcp::schema
