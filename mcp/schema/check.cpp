#include "mcp/schema/check.h"

#include <algorithm>
#include <utility>

#include "mcp/schema/findings.h"
#include "mcp/schema/place.h"
#include "mcp/schema/values.h"

namespace pmx::mcp::schema {
namespace {

using Kind = Finding::Kind;
using Object = Json::object_t;

/// The resources that evaluation went through, innermost first.
struct Frame {
  const Frame* outer = nullptr;
  const Scope* scope = nullptr;
};

/// A value, the node that judges it, and where it is.
struct Subject {
  const Node& node;
  const Json& value;
  const Place& place;
  Marks* marks;  ///< nullptr when nobody asks
};

unsigned type_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null: return kTypeNull;
    case Json::value_t::boolean: return kTypeBoolean;
    case Json::value_t::string: return kTypeString;
    case Json::value_t::array: return kTypeArray;
    case Json::value_t::object: return kTypeObject;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned: return kTypeInteger | kTypeNumber;
    case Json::value_t::number_float:
      return is_whole(value) ? kTypeInteger | kTypeNumber : kTypeNumber;
    case Json::value_t::binary:
    case Json::value_t::discarded: break;
  }
  return 0;
}

std::uint64_t code_points(std::string_view text) {
  return static_cast<std::uint64_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool outside(std::uint64_t size, const Size& least, const Size& most) {
  return (least && size < *least) || (most && size > *most);
}

/// Walks value and schema together. Quiet, it stops at the first thing that does not fit; with
/// somewhere to write findings it goes on and collects them.
class Check {
 public:
  Check(const Program& program, Findings* findings)
      : program_(program), work_{program.max_work, false}, findings_(findings) {}

  bool fits(const Node& start, const Json& value, const Place& place, Marks* marks) {
    const Node* node = &start;
    while (node->alias != nullptr && !program_.dynamic && work_.spend(1)) node = node->alias;
    if (!work_.spend(1) || full()) return false;
    if (depth_ >= program_.max_depth) {
      work_.exceeded = true;
      return false;
    }
    if (node->never) return fail(place, [] { return "is not allowed here"; });
    const Frame inner{frame_, node->scope};
    const Frame* const outer = frame_;
    if (program_.dynamic && (outer == nullptr || outer->scope != node->scope)) frame_ = &inner;
    ++depth_;
    const bool ok = judge({*node, value, place, marks});
    --depth_;
    frame_ = outer;
    return ok;
  }

  [[nodiscard]] bool exceeded() const { return work_.exceeded; }

 private:
  [[nodiscard]] bool quiet() const { return findings_ == nullptr; }
  [[nodiscard]] bool full() const { return !quiet() && findings_->size() >= kMaxFindings; }

  /// False, after noting what `words` gives. Never inlined: the texts it makes would swell the
  /// stack frames of the recursion, whose depth is what keeps the stack safe.
  template <class Words>
  [[gnu::noinline]] bool fail(const Place& place, Words words) {
    if (quiet() || full()) return false;
    Finding finding;
    finding.path = place.pointer();
    finding.what = words();
    finding.depth = place.depth();
    findings_->push_back(std::move(finding));
    return false;
  }

  bool judge(const Subject& of) {
    const Node& node = of.node;
    if (of.marks == nullptr && asks_for_marks(of)) {
      Marks marks(of.value);
      return judge({node, of.value, of.place, &marks});
    }
    if (node.types != 0 && (node.types & type_of(of.value)) == 0) return fail_type(of);
    bool ok = choice(of);
    if (!ok && quiet()) return false;
    ok = content(of) && ok;
    if (!ok && quiet()) return false;
    if (node.has_parts && !parts(of)) return false;
    return unevaluated(of) && ok;
  }

  static bool asks_for_marks(const Subject& of) {
    if (of.value.is_object()) return of.node.object && of.node.object->unevaluated != nullptr;
    return of.value.is_array() && of.node.array && of.node.array->unevaluated != nullptr;
  }

  [[gnu::noinline]] bool fail_type(const Subject& of) {
    const bool noted = !quiet() && !full();
    fail(of.place, [&] { return "must be " + type_words(of.node.types); });
    if (!noted) return false;
    findings_->back().kind = Kind::kType;
    findings_->back().types = of.node.types;
    return false;
  }

  [[gnu::noinline]] bool fail_choice(const Subject& of, std::vector<std::string> allowed) {
    const bool noted = !quiet() && !full();
    fail(of.place, [&] { return choice_words(allowed); });
    if (!noted) return false;
    findings_->back().kind = Kind::kConstant;
    findings_->back().allowed = std::move(allowed);
    return false;
  }

  [[gnu::noinline]] bool choice(const Subject& of) {
    const Node& node = of.node;
    bool ok = true;
    if (node.constant && !equal(of.value, *node.constant, work_)) {
      if (quiet()) return false;
      ok = fail_choice(of, {value_words(*node.constant)});
    }
    if (!node.choices) return ok;
    for (const Json& allowed : *node.choices) {
      if (equal(of.value, allowed, work_)) return ok;
    }
    if (quiet()) return false;
    std::vector<std::string> words;
    for (const Json& allowed : *node.choices) words.push_back(value_words(allowed));
    return fail_choice(of, std::move(words));
  }

  bool content(const Subject& of) {
    const Node& node = of.node;
    if (node.number && of.value.is_number()) return numbers(*node.number, of);
    if (node.string && of.value.is_string()) return text(*node.string, of);
    if (node.array && of.value.is_array()) return array(*node.array, of);
    if (node.object && of.value.is_object()) return object(*node.object, of);
    return true;
  }

  [[gnu::noinline]] bool numbers(const NumberRules& rules, const Subject& of) {
    bool ok = true;
    const auto check = [&](const std::optional<Json>& bound, const char* words, auto holds) {
      if (!bound || holds(of.value, *bound)) return;
      ok = fail(of.place, [&] {
        return std::string("must be ") + words + " " + dump_json(*bound) + ", is " +
               dump_json(of.value);
      });
    };
    using J = const Json&;
    check(rules.minimum, "at least", [](J a, J b) { return to_number(a) >= to_number(b); });
    check(rules.maximum, "at most", [](J a, J b) { return to_number(a) <= to_number(b); });
    check(rules.above, "greater than", [](J a, J b) { return to_number(a) > to_number(b); });
    check(rules.below, "less than", [](J a, J b) { return to_number(a) < to_number(b); });
    check(rules.multiple_of, "a multiple of", [](J a, J b) { return is_multiple(a, b); });
    return ok;
  }

  [[gnu::noinline]] bool text(const StringRules& rules, const Subject& of) {
    const std::string& value = *of.value.get_ptr<const std::string*>();
    bool ok = true;
    if (rules.min_length || rules.max_length) {
      const std::uint64_t length = code_points(value);
      if (outside(length, rules.min_length, rules.max_length)) {
        ok = fail(of.place, [&] {
          return size_words(length, rules.min_length, rules.max_length, "characters");
        });
      }
    }
    if (rules.pattern && !matches(*rules.pattern, value)) {
      ok = fail(of.place, [&] { return "must match the pattern " + rules.pattern->text(); });
    }
    if (rules.format != nullptr &&
        !(work_.spend(value.size() / 16) && rules.format->holds(value))) {
      ok = fail(of.place, [&] { return "must be a valid " + std::string(rules.format->name); });
    }
    return ok;
  }

  bool matches(const Pattern& pattern, const std::string& text) {
    return work_.spend(pattern.work(text.size())) && pattern.matches(text);
  }

  [[gnu::noinline]] bool array(const ArrayRules& rules, const Subject& of) {
    const std::size_t size = of.value.size();
    bool ok = true;
    if (outside(size, rules.min_items, rules.max_items)) {
      ok = fail(of.place,
                [&] { return size_words(size, rules.min_items, rules.max_items, "items"); });
    }
    if (rules.unique && has_duplicates(of.value, work_)) {
      ok = fail(of.place, [] { return "must not hold the same item twice"; });
    }
    if (!ok && quiet()) return false;
    ok = items(rules, of) && ok;
    if (rules.contains == nullptr || (!ok && quiet())) return ok;
    return contained(rules, of) && ok;
  }

  bool items(const ArrayRules& rules, const Subject& of) {
    const std::size_t size = of.value.size();
    bool ok = true;
    const std::size_t prefix = std::min(size, rules.prefix.size());
    for (std::size_t i = 0; i < (rules.items == nullptr ? prefix : size); ++i) {
      const Node& node = i < prefix ? *rules.prefix[i] : *rules.items;
      ok = fits(node, of.value[i], of.place.item(i), nullptr) && ok;
      if (of.marks != nullptr) of.marks->set(i);
      if ((!ok && quiet()) || stopped()) return false;
    }
    return ok;
  }

  /// No use going on: out of work, or enough said.
  [[nodiscard]] bool stopped() const { return work_.exceeded || full(); }

  [[gnu::noinline]] bool contained(const ArrayRules& rules, const Subject& of) {
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < of.value.size() && !work_.exceeded; ++i) {
      if (!fits_quietly(*rules.contains, of.value[i], nullptr)) continue;
      ++found;
      if (of.marks != nullptr) of.marks->set(i);
    }
    const bool few = found < rules.min_contains;
    if (!few && !(rules.max_contains && found > *rules.max_contains)) return true;
    return fail(of.place, [&] {
      return std::string("must have at ") + (few ? "least " : "most ") +
             std::to_string(few ? rules.min_contains : *rules.max_contains) +
             " items of the form that is asked for, has " + std::to_string(found);
    });
  }

  bool fits_quietly(const Node& node, const Json& value, Marks* marks) {
    Findings* const loud = std::exchange(findings_, nullptr);
    const bool ok = fits(node, value, Place{}, marks);
    findings_ = loud;
    return ok;
  }

  [[gnu::noinline]] bool object(const ObjectRules& rules, const Subject& of) {
    const Object& members = *of.value.get_ptr<const Object*>();
    bool ok = true;
    if (outside(members.size(), rules.min_members, rules.max_members)) {
      ok = fail(of.place, [&] {
        return size_words(members.size(), rules.min_members, rules.max_members, "members");
      });
      if (quiet()) return false;
    }
    if (rules.required > 0 && !quiet()) ok = required(rules, of) && ok;
    if (!rules.dependents.empty()) ok = dependents(rules, of) && ok;
    if (!ok && quiet()) return false;
    if (rules.names != nullptr) ok = names(*rules.names, of) && ok;
    if (!ok && quiet()) return false;
    return walk(rules, members, of) && ok;
  }

  /// Names what is missing. The quiet way is to count, in walk().
  [[gnu::noinline]] bool required(const ObjectRules& rules, const Subject& of) {
    bool ok = true;
    for (const Member& member : rules.members) {
      if (!member.required || of.value.contains(member.name)) continue;
      ok = fail(of.place.member(member.name), [] { return "is required"; });
    }
    return ok;
  }

  [[gnu::noinline]] bool dependents(const ObjectRules& rules, const Subject& of) {
    bool ok = true;
    for (const Dependent& dependent : rules.dependents) {
      if (dependent.required.empty() || !of.value.contains(dependent.name)) continue;
      for (const std::string& name : dependent.required) {
        if (of.value.contains(name)) continue;
        ok = fail(of.place.member(name),
                  [&] { return "is required where " + dependent.name + " is given"; });
      }
    }
    return ok;
  }

  [[gnu::noinline]] bool names(const Node& rule, const Subject& of) {
    for (const auto& [name, member] : *of.value.get_ptr<const Object*>()) {
      const Json text(name);
      if (fits_quietly(rule, text, nullptr)) continue;
      if (quiet()) return false;
      Findings why;
      Findings* const loud = std::exchange(findings_, &why);
      fits(rule, text, of.place, nullptr);
      findings_ = loud;
      const std::string asked = why.empty() ? "is not allowed here" : why.front().what;
      return fail(of.place, [&] { return "has a member whose name " + asked; });
    }
    return true;
  }

  /// Members of the value and names of the schema side by side: both are in alphabetical order.
  bool walk(const ObjectRules& rules, const Object& members, const Subject& of) {
    std::size_t index = 0;
    std::size_t required_left = rules.required;
    bool ok = true;
    bool unknown = false;
    auto next = rules.members.begin();
    for (const auto& [name, value] : members) {
      while (next != rules.members.end() && next->name < name) ++next;
      const bool named = next != rules.members.end() && next->name == name;
      if (named && next->required) --required_left;
      const bool known = named && next->node != nullptr;
      const Place place = named ? of.place.member(next->name) : of.place.hidden();
      if (known) ok = fits(*next->node, value, place, nullptr) && ok;
      const bool matched = !rules.patterns.empty() && patterns(rules, name, value, place, ok);
      const bool other = !known && !matched && rules.other != nullptr;
      if (other && rules.other->never) unknown = true;
      if (other && !rules.other->never) ok = fits(*rules.other, value, place, nullptr) && ok;
      if (of.marks != nullptr && (known || matched || other)) of.marks->set(index);
      if (((!ok || unknown) && quiet()) || stopped()) return false;
      ++index;
    }
    if (unknown) ok = fail(of.place, [&] { return unknown_words(&rules); });
    return ok && required_left == 0;
  }

  /// True when any pattern takes the name; `ok` becomes false when its value does not fit.
  bool patterns(const ObjectRules& rules, const std::string& name, const Json& value,
                const Place& place, bool& ok) {
    bool matched = false;
    for (const PatternMember& member : rules.patterns) {
      if (!matches(member.pattern, name)) continue;
      matched = true;
      ok = fits(*member.node, value, place, nullptr) && ok;
    }
    return matched;
  }

  /// One of the schemas that apply to the same value. Only one that fits leaves its marks.
  bool part(const Node& node, const Subject& of) {
    if (of.marks == nullptr) return fits(node, of.value, of.place, nullptr);
    Marks marks(of.value);
    if (!fits(node, of.value, of.place, &marks)) return false;
    of.marks->merge(marks);
    return true;
  }

  bool quiet_part(const Node& node, const Subject& of) {
    Findings* const loud = std::exchange(findings_, nullptr);
    const bool ok = part(node, of);
    findings_ = loud;
    return ok;
  }

  [[gnu::noinline]] bool parts(const Subject& of) {
    const Node& node = of.node;
    bool ok = true;
    const auto add = [&](bool part_ok) {
      ok = ok && part_ok;
      return ok || !quiet();
    };
    for (const Node* each : node.all) {
      if (!add(part(*each, of))) return false;
    }
    if (node.dynamic != nullptr && !add(part(*dynamic_target(node), of))) return false;
    if (!node.any.empty() && !add(any_of(of))) return false;
    if (!node.one.empty() && !add(one_of(of))) return false;
    if (node.negated != nullptr && !add(negated(of))) return false;
    if (node.condition != nullptr && !add(conditional(of))) return false;
    if (!node.object || !of.value.is_object()) return ok;
    for (const Dependent& dependent : node.object->dependents) {
      if (dependent.node == nullptr || !of.value.contains(dependent.name)) continue;
      if (!add(part(*dependent.node, of))) return false;
    }
    return ok;
  }

  /// The outermost resource that has the anchor decides.
  [[nodiscard]] const Node* dynamic_target(const Node& node) const {
    const Node* target = node.dynamic;
    for (const Frame* frame = frame_; frame != nullptr; frame = frame->outer) {
      const auto anchor = frame->scope->dynamic_anchors.find(node.dynamic_name);
      if (anchor != frame->scope->dynamic_anchors.end()) target = anchor->second;
    }
    return target;
  }

  /// Tries one alternative; what it has to say goes to `trial`.
  bool attempt(const Node& node, const Subject& of, Findings* trial) {
    Findings* const loud = std::exchange(findings_, quiet() ? nullptr : trial);
    const bool ok = part(node, of);
    findings_ = loud;
    return ok;
  }

  [[gnu::noinline]] bool any_of(const Subject& of) {
    std::vector<Findings> trials(quiet() ? 0 : of.node.any.size());
    bool found = false;
    for (std::size_t i = 0; i < of.node.any.size(); ++i) {
      found = attempt(*of.node.any[i], of, quiet() ? nullptr : &trials[i]) || found;
      if (found && of.marks == nullptr) return true;
    }
    return found || explain(trials, of.place);
  }

  [[gnu::noinline]] bool one_of(const Subject& of) {
    std::vector<Findings> trials(quiet() ? 0 : of.node.one.size());
    std::size_t found = 0;
    for (std::size_t i = 0; i < of.node.one.size(); ++i) {
      if (attempt(*of.node.one[i], of, quiet() ? nullptr : &trials[i])) ++found;
      if (found > 1 && quiet()) return false;
    }
    if (found == 0) return explain(trials, of.place);
    return found == 1 || fail(of.place, [&] {
             return "must fit exactly one of the forms allowed here, fits " + std::to_string(found);
           });
  }

  /// False, after noting the best of what the alternatives have to say.
  [[gnu::noinline]] bool explain(std::vector<Findings>& trials, const Place& place) {
    std::erase_if(trials, [](const Findings& trial) { return trial.empty(); });
    if (quiet() || trials.empty()) return false;
    for (Finding& finding : nearest(trials, place.pointer(), place.depth())) {
      if (!full()) findings_->push_back(std::move(finding));
    }
    return false;
  }

  [[gnu::noinline]] bool negated(const Subject& of) {
    const Node& inner = *of.node.negated;
    if (!fits_quietly(inner, of.value, nullptr)) return !work_.exceeded;
    return fail(of.place, [&]() -> std::string {
      if (inner.constant) return "must not be " + value_words(*inner.constant);
      if (inner.types != 0 && !inner.object) return "must not be " + type_words(inner.types);
      return "has a form that is not allowed here";
    });
  }

  bool conditional(const Subject& of) {
    const Node* branch = quiet_part(*of.node.condition, of) ? of.node.then : of.node.otherwise;
    return branch == nullptr || part(*branch, of);
  }

  [[gnu::noinline]] bool unevaluated(const Subject& of) {
    if (!asks_for_marks(of)) return true;
    return of.value.is_object() ? unevaluated_members(*of.node.object->unevaluated, of)
                                : unevaluated_items(*of.node.array->unevaluated, of);
  }

  bool unevaluated_members(const Node& rule, const Subject& of) {
    std::size_t index = 0;
    bool ok = true;
    for (const auto& [name, value] : *of.value.get_ptr<const Object*>()) {
      if (of.marks->has(index++)) continue;
      if (rule.never) return fail(of.place, [] { return unknown_words(nullptr); });
      ok = fits(rule, value, of.place.hidden(), nullptr) && ok;
      if ((!ok && quiet()) || stopped()) return false;
    }
    of.marks->set_all();
    return ok;
  }

  bool unevaluated_items(const Node& rule, const Subject& of) {
    bool ok = true;
    for (std::size_t i = 0; i < of.value.size(); ++i) {
      if (of.marks->has(i)) continue;
      ok = fits(rule, of.value[i], of.place.item(i), nullptr) && ok;
      if ((!ok && quiet()) || stopped()) return false;
    }
    of.marks->set_all();
    return ok;
  }

  const Program& program_;
  Work work_;
  Findings* findings_;  ///< nullptr = quiet
  std::size_t depth_ = 0;
  const Frame* frame_ = nullptr;
};

}  // namespace

std::vector<std::string> run_program(const Program& program, const Json& value) {
  Check quick(program, nullptr);
  const bool fits = quick.fits(*program.root, value, Place{}, nullptr);
  if (fits && !quick.exceeded()) return {};
  Findings findings;
  if (!quick.exceeded()) {
    Check slow(program, &findings);
    slow.fits(*program.root, value, Place{}, nullptr);
  }
  if (findings.empty()) return {"/ is too complex to check"};
  std::vector<std::string> errors;
  for (const Finding& finding : findings) {
    errors.push_back((finding.path.empty() ? "/" : finding.path) + " " + finding.what);
  }
  return errors;
}

}  // namespace pmx::mcp::schema
