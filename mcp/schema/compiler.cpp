#include "mcp/schema/compiler.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "mcp/schema/assertions.h"
#include "mcp/schema/resources.h"
#include "mcp/schema/uri.h"

namespace pmx::mcp::schema {
namespace {

/// Makes one node per subschema. Subschemas wait in a list rather than on the stack, so that
/// neither depth nor circles of references matter.
class Compiler {
 public:
  explicit Compiler(const SchemaOptions& options) : options_(options), resources_(options) {}

  Result<std::unique_ptr<const Program>> run(const Json& schema) {
    for (const std::string& format : options_.formats) {
      if (find_format(format) == nullptr) {
        return Error{Code::kInvalidArgument, "format " + format + " cannot be asserted", ""};
      }
    }
    PMX_TRY(const Location* const root, resources_.add_root(schema));
    program_->root = node_at(*root);
    PMX_TRY_VOID(fill_all());
    while (add_dynamic_targets()) PMX_TRY_VOID(fill_all());
    program_->dynamic = !dynamic_names_.empty();
    program_->max_depth = options_.max_depth;
    program_->max_work = options_.max_work;
    return std::unique_ptr<const Program>(std::move(program_));
  }

 private:
  /// A subschema whose node is to be filled.
  struct Job {
    Node* node;
    const Location* location;
  };

  /// One keyword at work.
  struct Task {
    Node& node;
    const Location& location;
    const KeywordValue& keyword;
  };

  using Reader = Result<void> (Compiler::*)(const Task&);

  const Node* node_at(const Location& location) {
    const auto [slot, fresh] = nodes_.emplace(location.schema, nullptr);
    if (!fresh) return slot->second;
    Node& node = program_->nodes.emplace_back();
    slot->second = &node;
    jobs_.push_back({&node, &location});
    return &node;
  }

  const Node* node_of(const Json& subschema) { return node_at(resources_.at(subschema)); }

  Scope& scope_of(const Resource& resource) {
    Scope*& scope = scopes_[&resource];
    if (scope == nullptr) scope = &program_->scopes.emplace_back();
    return *scope;
  }

  Result<void> fill_all() {
    while (!jobs_.empty()) {
      const Job job = jobs_.back();
      jobs_.pop_back();
      PMX_TRY_VOID(fill(*job.node, *job.location));
    }
    return {};
  }

  /// Compiles what the names of all dynamic references could lead to; true when there was any new.
  bool add_dynamic_targets() {
    for (const Resource& resource : resources_.all()) {
      for (const std::string& name : resource.dynamic) {
        if (!dynamic_names_.contains(name)) continue;
        const Json& target = *resource.anchors.find(name)->second;
        scope_of(resource).dynamic_anchors[name] = node_of(target);
      }
    }
    return !jobs_.empty();
  }

  Result<void> fill(Node& node, const Location& location) {
    node.scope = &scope_of(*location.resource);
    const Json& schema = *location.schema;
    if (schema.is_boolean()) {
      node.never = schema == false;
      return {};
    }
    const Dialect dialect = location.resource->dialect;
    const bool only_ref = dialect == kDraft7 && schema.contains("$ref");
    bool is_alias = true;
    for (const auto& [name, value] : schema.items()) {
      const Keyword* known = find_keyword(dialect, name);
      const std::string where = location.where + "/" + pointer_step(name);
      if (known == nullptr && options_.strict && !name.starts_with("x-")) {
        return schema_error(where, "is not supported");
      }
      if (known == nullptr || (only_ref && name != "$ref")) continue;
      is_alias = is_alias && (name == "$ref" || asserts_nothing(name));
      const KeywordValue keyword{name, value, where};
      PMX_TRY_VOID(read({node, location, keyword}));
    }
    if (is_alias && node.all.size() == 1) node.alias = node.all.front();
    finish(node);
    return {};
  }

  static bool asserts_nothing(std::string_view name) {
    return name == "description" || name == "title" || name == "$comment" || name == "default";
  }

  /// Counts what the walk over a value need not look for.
  static void finish(Node& node) {
    node.has_parts = !node.all.empty() || !node.any.empty() || !node.one.empty() ||
                     node.negated != nullptr || node.condition != nullptr ||
                     node.dynamic != nullptr;
    if (!node.object) return;
    const auto& members = node.object->members;
    node.object->required = static_cast<std::size_t>(std::count_if(
        members.begin(), members.end(), [](const Member& member) { return member.required; }));
    const auto& dependents = node.object->dependents;
    node.has_parts =
        node.has_parts || std::any_of(dependents.begin(), dependents.end(),
                                      [](const Dependent& d) { return d.node != nullptr; });
  }

  Result<void> read(const Task& task) {
    static constexpr std::array kReaders{
        std::pair<std::string_view, Reader>{"$ref", &Compiler::read_ref},
        std::pair<std::string_view, Reader>{"$dynamicRef", &Compiler::read_dynamic_ref},
        std::pair<std::string_view, Reader>{"allOf", &Compiler::read_list<&Node::all>},
        std::pair<std::string_view, Reader>{"anyOf", &Compiler::read_list<&Node::any>},
        std::pair<std::string_view, Reader>{"oneOf", &Compiler::read_list<&Node::one>},
        std::pair<std::string_view, Reader>{"not", &Compiler::read_part<&Node::negated>},
        std::pair<std::string_view, Reader>{"if", &Compiler::read_part<&Node::condition>},
        std::pair<std::string_view, Reader>{"then", &Compiler::read_part<&Node::then>},
        std::pair<std::string_view, Reader>{"else", &Compiler::read_part<&Node::otherwise>},
        std::pair<std::string_view, Reader>{"items", &Compiler::read_items},
        std::pair<std::string_view, Reader>{"prefixItems", &Compiler::read_prefix},
        std::pair<std::string_view, Reader>{"additionalItems", &Compiler::read_additional_items},
        std::pair<std::string_view, Reader>{"contains",
                                            &Compiler::read_in_array<&ArrayRules::contains>},
        std::pair<std::string_view, Reader>{"unevaluatedItems",
                                            &Compiler::read_in_array<&ArrayRules::unevaluated>},
        std::pair<std::string_view, Reader>{"properties", &Compiler::read_properties},
        std::pair<std::string_view, Reader>{"patternProperties", &Compiler::read_patterns},
        std::pair<std::string_view, Reader>{"additionalProperties",
                                            &Compiler::read_in_object<&ObjectRules::other>},
        std::pair<std::string_view, Reader>{"propertyNames",
                                            &Compiler::read_in_object<&ObjectRules::names>},
        std::pair<std::string_view, Reader>{"unevaluatedProperties",
                                            &Compiler::read_in_object<&ObjectRules::unevaluated>},
        std::pair<std::string_view, Reader>{"dependentSchemas", &Compiler::read_dependents},
        std::pair<std::string_view, Reader>{"dependencies", &Compiler::read_dependents},
    };
    for (const auto& [name, reader] : kReaders) {
      if (name == task.keyword.name) return (this->*reader)(task);
    }
    return read_assertion(task.node, task.keyword, options_);
  }

  Result<const Location*> target(const Task& task) {
    const auto* reference = task.keyword.value.get_ptr<const std::string*>();
    if (reference == nullptr) return schema_error(task.keyword.where, "must be a string");
    Location here = task.location;
    here.where = task.keyword.where;
    return resources_.resolve(here, *reference);
  }

  Result<void> read_ref(const Task& task) {
    PMX_TRY(const Location* const found, target(task));
    task.node.all.push_back(node_at(*found));
    return {};
  }

  Result<void> read_dynamic_ref(const Task& task) {
    PMX_TRY(const Location* const found, target(task));
    const auto name = split_fragment(*task.keyword.value.get_ptr<const std::string*>()).second;
    if (found->resource->dynamic.contains(name)) {
      task.node.dynamic = node_at(*found);
      task.node.dynamic_name = name;
      dynamic_names_.emplace(name);
    } else {
      task.node.all.push_back(node_at(*found));
    }
    return {};
  }

  template <std::vector<const Node*> Node::*list>
  Result<void> read_list(const Task& task) {
    for (const Json& part : task.keyword.value) (task.node.*list).push_back(node_of(part));
    return {};
  }

  template <const Node* Node::*part>
  Result<void> read_part(const Task& task) {
    task.node.*part = node_of(task.keyword.value);
    return {};
  }

  template <const Node* ArrayRules::*part>
  Result<void> read_in_array(const Task& task) {
    rules_of(task.node.array).*part = node_of(task.keyword.value);
    return {};
  }

  template <const Node* ObjectRules::*part>
  Result<void> read_in_object(const Task& task) {
    rules_of(task.node.object).*part = node_of(task.keyword.value);
    return {};
  }

  Result<void> read_prefix(const Task& task) {
    auto& prefix = rules_of(task.node.array).prefix;
    for (const Json& item : task.keyword.value) prefix.push_back(node_of(item));
    return {};
  }

  Result<void> read_items(const Task& task) {
    if (task.keyword.value.is_array()) return read_prefix(task);
    return read_in_array<&ArrayRules::items>(task);
  }

  /// Counts only beside the array form of `items`.
  Result<void> read_additional_items(const Task& task) {
    const Json* items = find_member(*task.location.schema, "items");
    if (items == nullptr || !items->is_array()) return {};
    return read_in_array<&ArrayRules::items>(task);
  }

  Result<void> read_properties(const Task& task) {
    for (const auto& [name, value] : task.keyword.value.items()) {
      member_of(rules_of(task.node.object), name).node = node_of(value);
    }
    return {};
  }

  Result<void> read_patterns(const Task& task) {
    for (const auto& [text, value] : task.keyword.value.items()) {
      auto pattern = Pattern::compile(text);
      if (!pattern.ok()) {
        return schema_error(task.keyword.where + "/" + pointer_step(text), pattern.error().message);
      }
      rules_of(task.node.object).patterns.push_back({*std::move(pattern), node_of(value)});
    }
    return {};
  }

  /// dependentSchemas, and the older keyword whose entries are schemas or lists of names.
  Result<void> read_dependents(const Task& task) {
    for (const auto& [name, value] : task.keyword.value.items()) {
      Dependent& dependent = dependent_of(rules_of(task.node.object), name);
      if (value.is_array()) {
        PMX_TRY(const auto names, read_names(value, task.keyword.where + "/" + pointer_step(name)));
        dependent.required.insert(dependent.required.end(), names.begin(), names.end());
      } else {
        dependent.node = node_of(value);
      }
    }
    return {};
  }

  const SchemaOptions& options_;
  Resources resources_;
  std::unique_ptr<Program> program_ = std::make_unique<Program>();
  std::unordered_map<const Json*, Node*> nodes_;
  std::unordered_map<const Resource*, Scope*> scopes_;
  std::set<std::string, std::less<>> dynamic_names_;
  std::vector<Job> jobs_;
};

}  // namespace

Result<std::unique_ptr<const Program>> compile_program(const Json& schema,
                                                       const SchemaOptions& options) {
  return Compiler(options).run(schema);
}

}  // namespace pmx::mcp::schema
