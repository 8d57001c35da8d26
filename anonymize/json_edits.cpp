// The edits of a document: what its keys and objects say about each string, and the edits of that
// string. What occurs again is looked at once: keys, and values under the same rule.
#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "anonymize/json_walk.h"
#include "anonymize/keep.h"
#include "anonymize/rules/fields.h"
#include "anonymize/text_index.h"
#include "anonymize/word_set.h"

namespace pmx::anonymize {
namespace {

/// What a key tells of the object it is in, or of its own value.
enum Fact : std::uint32_t {
  kVmid = 1U << 0,
  kConfig = 1U << 1,     ///< a field that only a guest's configuration has
  kFrame = 1U << 2,      ///< the object belongs to the protocol: a tool, a prompt, a resource
  kInterface = 1U << 3,  ///< a network interface inside a guest
  kSnapshot = 1U << 4,
  kTokenRow = 1U << 5,
  kUserRow = 1U << 6,
  kTypeValue = 1U << 7,
  kFirstName = 1U << 8,
  kLastName = 1U << 9,
  kProperty = 1U << 10,  ///< its value names the property of a {key, value} row
  kNameValue = 1U << 11,
  kHostname = 1U << 12,
  kComment = 1U << 13,
  kValue = 1U << 14,
  kPending = 1U << 15,
  kNamedRow = 1U << 16,    ///< a thing with a name of its own: an endpoint, an account, an alias
  kJobRow = 1U << 17,      ///< its id is a name
  kServiceRow = 1U << 18,  ///< has a URL: its key is a secret
  kIdValue = 1U << 19,
  kActionValue = 1U << 20,
  kMetricRow = 1U << 21,  ///< a metric server: its id is a name
  kGroupRow = 1U << 22,   ///< a firewall rule whose action is a security group
  kKeyRow = 1U << 23,     ///< a JSON Web Key
  kPluginRow = 1U << 25,  ///< asks a provider of DNS: its data are secret
  kDataValue = 1U << 26,
  kResource = 1U << 24,   ///< a resource of Terraform: its name is somebody's word for it
  kNodeRow = 1U << 27,    ///< its name is a node's
  kAclRow = 1U << 28,     ///< an entry of the access list
  kPathValue = 1U << 29,
};

struct FactRow {
  std::string_view key;
  std::uint32_t facts;
};
constexpr FactRow kFacts[] = {{"vmid", kVmid},
                              {"digest", kConfig},
                              {"vmgenid", kConfig},
                              {"ostype", kConfig},
                              {"rootfs", kConfig},
                              {"inputSchema", kFrame},
                              {"outputSchema", kFrame},
                              {"uri", kFrame},
                              {"uriTemplate", kFrame},
                              {"arguments", kFrame},
                              {"messages", kFrame},
                              {"mimeType", kFrame},
                              {"protocolVersion", kFrame},
                              {"jsonrpc", kFrame},
                              {"hwaddr", kInterface},
                              {"hardware-address", kInterface},
                              {"ip-addresses", kInterface},
                              {"inet", kInterface},
                              {"snaptime", kSnapshot},
                              {"snapstate", kSnapshot},
                              {"tokenid", kTokenRow},
                              {"full-tokenid", kTokenRow},
                              {"userid", kUserRow},
                              {"type", kTypeValue},
                              {"kind", kTypeValue},
                              {"firstname", kFirstName},
                              {"lastname", kLastName},
                              {"key", kProperty},
                              {"name", kNameValue},
                              {"hostname", kHostname},
                              {"comment", kComment | kNamedRow},
                              {"value", kValue},
                              {"pending", kPending},
                              {"auth-id", kNamedRow},  // a remote backup server
                              {"cidr", kNamedRow},
                              {"mailto", kNamedRow},
                              {"mailto-user", kNamedRow},
                              {"from-address", kNamedRow},
                              {"account", kNamedRow},
                              {"match-field", kNamedRow},
                              {"header", kNamedRow},
                              {"kty", kKeyRow},
                              {"metadata_pool", kNamedRow},
                              {"server", kNamedRow},
                              {"match-severity", kNamedRow},
                              {"addr", kNamedRow},
                              {"public_addr", kNamedRow},
                              {"public_addrs", kNamedRow},
                              {"frag", kNamedRow},             // a pool of ZFS
                              {"scan", kNamedRow},             // the same, in detail
                              {"lvcount", kNamedRow},          // a volume group
                              {"ref", kNamedRow},              // an alias or a set of the firewall
                              {"NetworkSettings", kNamedRow},  // a container of Docker
                              {"instances", kResource},
                              {"api", kPluginRow},
                              {"validation-delay", kPluginRow},
                              {"data", kDataValue},
                              {"map", kNamedRow | kJobRow},
                              {"live-migration", kNamedRow},  // a mapped device
                              {"pve_addr", kNodeRow},
                              {"quorum_votes", kNodeRow},
                              {"roleid", kAclRow},
                              {"path", kPathValue},
                              {"ip_prefix", kJobRow},  // a fabric of SDN
                              {"ip6_prefix", kJobRow},
                              {"vm_id", kVmid},
                              {"schedule", kJobRow},
                              {"url", kServiceRow},
                              {"id", kIdValue},
                              {"action", kActionValue}};

/// A key, whatever object it is in.
struct Key {
  std::uint32_t facts = 0;
  FieldRule rule;
};

Key read_key(std::string_view text) {
  const auto* row = std::find_if(std::begin(kFacts), std::end(kFacts),
                                 [text](const FactRow& known) { return known.key == text; });
  if (row == std::end(kFacts)) return {0U, field_rule(text)};
  Key key{row->facts, field_rule(text)};
  key.rule.key = row->key;
  return key;
}

/// What the fields of an object say about its "name".
struct ObjectFacts {
  std::uint32_t facts = 0;
  std::int32_t first_name = -1;  ///< the strings that hold them
  std::int32_t last_name = -1;
  std::int32_t name = -1;      ///< the string behind "name"
  std::int32_t property = -1;  ///< the string that names the property of a {key, value} row
  bool secret_list = false;    ///< in a list of secrets
  std::int32_t holder = -1;    ///< the key it is the value of
  bool errors = false;         ///< PVE says of each parameter what is wrong with it
  bool inside_guest = false;   ///< within two levels of an object with a VMID
  std::optional<Kind> type;
  std::optional<Kind> key_kind;  ///< its keys are names of this kind

  [[nodiscard]] bool has(std::uint32_t fact) const { return (facts & fact) != 0; }
};

std::optional<Kind> kind_of_type(std::string_view type) {
  if (type == "qemu" || type == "vm") return Kind::kVm;
  if (type == "lxc" || type == "container") return Kind::kContainer;
  if (type == "node" || type == "host") return Kind::kNode;
  if (type == "cluster") return Kind::kCluster;
  if (type == "storage") return Kind::kStorage;
  if (type == "pool") return Kind::kPool;
  return std::nullopt;
}

/// What the keys of an object are names of that stands behind `key`.
std::optional<Kind> kind_of_keys(std::string_view key) {
  if (key == "node_status" || key == "lrm_status" || key == "not_allowed_nodes") return Kind::kNode;
  if (key == "chassis") return Kind::kHost;  // what LLDP heard of a neighbour
  return std::nullopt;
}

/// What the type says besides the kind.
std::uint32_t facts_of_type(std::string_view type) {
  constexpr std::string_view kEndpoints[] = {"smtp", "gotify", "sendmail", "webhook", "matcher"};
  constexpr std::string_view kMetrics[] = {"influxdb", "graphite", "opentelemetry"};
  if (is_one_of(type, kEndpoints)) return kNamedRow;
  if (is_one_of(type, kMetrics)) return kMetricRow;
  if (type == "vzdump") return kJobRow;
  return type == "group" ? kGroupRow : 0U;
}

/// One document, read once: its keys and its objects.
class Document {
 public:
  Document(std::string_view json, const JsonStrings& strings)
      : json_(json),
        strings_(strings.strings),
        keys_of_(strings_.size()),
        objects_(static_cast<std::size_t>(strings.objects)) {
    for (std::size_t i = 0; i < strings_.size(); ++i) note(i);
    for (std::size_t i = 0; i < objects_.size(); ++i) {
      if (!objects_[i].has(kValue | kPending)) objects_[i].property = -1;
      const std::int32_t holder = strings.holders[i];
      objects_[i].holder = holder;
      objects_[i].secret_list = holder >= 0 && text(holder) == "secret";
      if (holder >= 0) objects_[i].key_kind = kind_of_keys(text(holder));
      std::int32_t around = strings.parents[i];
      const bool outermost = around >= 0 && strings.parents[static_cast<std::size_t>(around)] < 0;
      objects_[i].errors = outermost && holder >= 0 && text(holder) == "errors";
      for (int level = 0; level < 2 && around >= 0; ++level) {
        const auto parent = static_cast<std::size_t>(around);
        objects_[i].inside_guest = objects_[i].inside_guest || objects_[parent].has(kVmid);
        around = strings.parents[parent];
      }
    }
  }

  [[nodiscard]] const std::vector<JsonString>& strings() const { return strings_; }
  [[nodiscard]] const std::vector<ObjectFacts>& objects() const { return objects_; }
  /// Equal keys have one number.
  [[nodiscard]] std::uint32_t key_number(std::size_t index) const { return keys_of_[index]; }
  [[nodiscard]] std::size_t keys() const { return keys_.size(); }
  [[nodiscard]] std::string_view text(const JsonString& item) const {
    return json_.substr(item.begin, item.end - item.begin);
  }
  [[nodiscard]] std::string_view text(std::int32_t index) const {
    return text(strings_[static_cast<std::size_t>(index)]);
  }
  [[nodiscard]] Kind guest_of(const JsonString& item) const {
    return item.object < 0 ? Kind::kVm : object_of(item).type.value_or(Kind::kVm);
  }
  [[nodiscard]] FieldRule rule_of(const JsonString& item) const;
  /// Whether the string says how others are read, or itself.
  [[nodiscard]] bool tells(const JsonString& item) const;

 private:
  void note(std::size_t index);
  std::uint32_t number_of(std::string_view key);
  /// rule_of() and `name`, the key that says it.
  [[nodiscard]] FieldRule treatment_of(const JsonString& item, std::string_view& name) const;
  [[nodiscard]] const ObjectFacts& object_of(const JsonString& item) const {
    static const ObjectFacts kNone;
    return item.object < 0 ? kNone : objects_[static_cast<std::size_t>(item.object)];
  }
  [[nodiscard]] const Key& key_at(std::int32_t index) const {
    return keys_[keys_of_[static_cast<std::size_t>(index)]];
  }

  /// The key that stood behind one before: rows of a list have the same keys in the same order.
  struct Follower {
    std::string_view text;
    std::uint32_t number = 0;
  };

  std::string_view json_;
  const std::vector<JsonString>& strings_;
  TextIndex index_;
  std::vector<Key> keys_;               ///< each once
  std::vector<Follower> followers_;     ///< of each of them
  std::uint32_t last_key_ = 0;          ///< that was noted
  std::vector<std::uint32_t> keys_of_;  ///< by string
  std::vector<ObjectFacts> objects_;
};

std::uint32_t Document::number_of(std::string_view key) {
  if (!keys_.empty()) {
    const Follower& likely = followers_[last_key_];
    if (likely.text == key && likely.number < keys_.size()) return last_key_ = likely.number;
  }
  const auto number = static_cast<std::uint32_t>(index_.number(key));
  if (!keys_.empty()) followers_[last_key_] = {key, number};
  if (number == keys_.size()) {
    keys_.push_back(read_key(key));
    followers_.push_back({{}, ~0U});
  }
  return last_key_ = number;
}

void Document::note(std::size_t index) {
  const JsonString& item = strings_[index];
  if (item.is_key) {
    const std::uint32_t number = number_of(text(item));
    keys_of_[index] = number;
    constexpr std::uint32_t kOfObject =
        kVmid | kConfig | kFrame | kInterface | kSnapshot | kTokenRow | kUserRow | kValue |
        kPending | kNamedRow | kJobRow | kServiceRow | kKeyRow | kResource | kPluginRow | kNodeRow |
        kAclRow;
    objects_[static_cast<std::size_t>(item.object)].facts |= keys_[number].facts & kOfObject;
    return;
  }
  if (item.object < 0 || item.key < 0) return;
  ObjectFacts& object = objects_[static_cast<std::size_t>(item.object)];
  const std::uint32_t facts = key_at(item.key).facts;
  if ((facts & kTypeValue) != 0) {
    object.type = kind_of_type(text(item));
    object.facts |= facts_of_type(text(item));
  }
  if ((facts & kFirstName) != 0) object.first_name = item.key + 1;
  if ((facts & kLastName) != 0) object.last_name = item.key + 1;
  if ((facts & kProperty) != 0) object.property = item.key + 1;
  if ((facts & kNameValue) != 0) object.name = item.key + 1;
  // The list of snapshots ends with the present state, which has no time.
  if ((facts & kNameValue) != 0 && text(item) == "current") object.facts |= kSnapshot;
}

/// The rule for "name" and "hostname". A "name" alone may be anything, a tool or a prompt too: only
/// the dictionary decides then.
FieldRule name_rule(const FieldRule& rule, const ObjectFacts& object) {
  const bool vmid = object.has(kVmid);
  const bool typed = vmid || object.type.has_value();
  const bool nested =
      !object.has(kFrame) && (object.has(kConfig) || object.inside_guest || object.property >= 0);
  if (rule.treatment == Treatment::kGuest && object.has(kSnapshot) && !vmid)
    return {Treatment::kName, Kind::kName, "", true};
  if (rule.treatment == Treatment::kGuest && object.has(kInterface) && !vmid)
    return {Treatment::kName, Kind::kNetwork, "", true};
  if (rule.treatment == Treatment::kGuest && object.has(kNodeRow) && !typed)
    return {Treatment::kName, Kind::kNode, "", true};
  if (rule.treatment == Treatment::kGuest && object.has(kNamedRow) && !typed)
    return {Treatment::kName, Kind::kName, "", true};
  if (rule.treatment == Treatment::kGuest && object.has(kResource) && !typed)
    return {Treatment::kReference, Kind::kName, "", true};
  if (rule.treatment == Treatment::kGuest) return typed || nested ? rule : FieldRule{};
  const bool guest = object.type == Kind::kVm || object.type == Kind::kContainer;
  return vmid || guest || nested ? FieldRule{Treatment::kGuest, Kind::kVm, "", true} : rule;
}

/// "value must be at least 8 characters long", as PVE says of a parameter.
bool is_message(std::string_view text) {
  constexpr std::ptrdiff_t kBlanks = 3;
  return std::count(text.begin(), text.end(), ' ') >= kBlanks;
}

/// A number of a JSON Web Key (RFC 7518, section 6).
bool is_key_part(std::string_view key) { return is_one_of(key, rules::fields::kKeyParts); }

/// 128 bits in base64, or more.
bool is_long(std::string_view number) {
  constexpr std::size_t kShortest = 22;
  return number.size() >= kShortest;
}

/// The rule of a value; in a row {"key":"hostname","value":"web","pending":"web2"} what the row
/// says.
FieldRule Document::rule_of(const JsonString& item) const {
  std::string_view key;
  FieldRule rule = treatment_of(item, key);
  rule.key = key;
  return rule;
}

FieldRule Document::treatment_of(const JsonString& item, std::string_view& name) const {
  if (item.is_key && item.object >= 0) {
    const std::optional<Kind> kind = object_of(item).key_kind;
    return kind ? FieldRule{Treatment::kName, *kind, "", true} : FieldRule{};
  }
  if (item.is_key || item.key < 0) return {};
  const ObjectFacts& object = object_of(item);
  Key key = key_at(item.key);
  if (object.errors && (key.rule.treatment != Treatment::kSecret || is_message(text(item))))
    return {};
  const bool row =
      object.property >= 0 && !object.has(kTokenRow) && (key.facts & (kValue | kPending)) != 0;
  if (row) key = read_key(text(object.property));
  name = key.rule.key;
  const bool named = key.rule.treatment == Treatment::kGuest || (key.facts & kHostname) != 0;
  if (named && !object.secret_list) return name_rule(key.rule, object);
  if (object.has(kUserRow) && (key.facts & kComment) != 0)
    return {Treatment::kPerson, Kind::kPerson, "", false};
  if (object.has(kTokenRow) && (key.facts & kValue) != 0)
    return {Treatment::kSecret, Kind::kToken, "token", false};
  if (object.secret_list && (key.facts & kNameValue) != 0)
    return {Treatment::kReference, Kind::kName, "", true};
  if (object.secret_list && (key.facts & kValue) != 0)
    return {Treatment::kSecret, Kind::kName, "secret", false};
  if (object.has(kPluginRow) && (key.facts & kDataValue) != 0)
    return {Treatment::kSecret, Kind::kName, "credential", false};
  // "root_password": {"value": "...", "sensitive": true}
  if (object.holder >= 0 && (key.facts & kValue) != 0)
    if (const FieldRule rule = key_at(object.holder).rule; rule.treatment == Treatment::kSecret)
      return rule;
  if (object.has(kKeyRow) && is_key_part(text(item.key)) && is_long(text(item)))
    return {Treatment::kSecret, Kind::kName, "key", false};
  // {"name":"X-Api-Key","value":"..."}
  if (object.name >= 0 && (key.facts & kValue) != 0)
    if (const FieldRule header = field_rule(text(object.name));
        header.treatment == Treatment::kSecret)
      return header;
  if (object.has(kServiceRow) && (key.facts & kProperty) != 0)
    return {Treatment::kSecret, Kind::kName, "key", false};
  if (object.has(kAclRow) && (key.facts & kPathValue) != 0)
    return {Treatment::kAclPath, Kind::kName, "", false};
  const bool id = (key.facts & kIdValue) != 0 && object.has(kMetricRow | kJobRow);
  const bool action = (key.facts & kActionValue) != 0 && object.has(kGroupRow);
  if (id || action) return {Treatment::kReference, Kind::kName, "", true};
  return key.rule;
}

bool Document::tells(const JsonString& item) const {
  if (item.is_key) return true;
  if (item.key < 0) return false;
  const ObjectFacts& object = object_of(item);
  const std::uint32_t facts = key_at(item.key).facts;
  if (object.errors || object.has(kKeyRow)) return true;
  if ((facts & kNameValue) != 0 && object.has(kValue)) return true;
  return (facts & (kTypeValue | kFirstName | kLastName | kProperty)) != 0;
}

/// First and last name of a user stand in fields of their own; elsewhere they stand together.
void learn_people(const Document& document, Rewriter& rewriter) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const ObjectFacts& object : document.objects()) {
    if (object.first_name < 0 || object.last_name < 0) continue;
    const auto raw = std::pair(document.text(object.first_name), document.text(object.last_name));
    if (!seen.insert(raw).second) continue;
    const std::string first = json_layer(raw.first).text;
    const std::string last = json_layer(raw.second).text;
    if (!first.empty() && !last.empty()) rewriter.learn_person(first + ' ' + last);
  }
}

/// The edits of short strings that occur again, each with the rule it was read by.
class Seen {
 public:
  /// The edits of the string; nullptr when they are not known. Until something is kept.
  [[nodiscard]] const std::vector<Edit>* find(std::string_view text, std::uint32_t tag) const {
    const std::size_t number = edits_.empty() ? TextIndex::kNone : index_.find(text, tag);
    return number == TextIndex::kNone ? nullptr : &edits_[number];
  }
  /// Keeps those of a string that is not known, unless it is long.
  void keep(std::string_view text, std::uint32_t tag, const std::vector<Edit>& edits) {
    constexpr std::size_t kLongest = 64;
    if (text.size() > kLongest) return;
    index_.number(text, tag);
    edits_.push_back(edits);
  }
  void clear() { *this = Seen(); }

 private:
  TextIndex index_;
  std::vector<std::vector<Edit>> edits_;  ///< by number
};

/// A document inside a string (a text twin of structured content) is read that often as one.
constexpr int kMaxEmbedded = 2;

std::vector<Edit> json_edits(std::string_view json, const JsonStrings& strings, Rewriter& rewriter,
                             int depth);

/// The edits of a document in a string, settled; nothing when it is none.
std::optional<std::vector<Edit>> embedded_edits(std::string_view text, const FieldRule& rule,
                                                Rewriter& rewriter, int depth) {
  const bool opens = text.size() > 1 && (text.front() == '{' || text.front() == '[');
  if (!opens || rule.treatment != Treatment::kText || depth >= kMaxEmbedded) return std::nullopt;
  const auto inner = scan_json(text);
  if (!inner.ok()) return std::nullopt;
  // Anybody may write JSON into a note: it teaches no more than other text.
  const FreeText free = rewriter.free_text();
  return json_edits(text, inner.value(), rewriter, depth + 1);
}

/// The edit of a string's meaning, where it is written as `raw`.
Edit placed_edit(const Edit& edit, std::string_view raw, std::string_view text, std::size_t begin,
                 Rewriter& rewriter) {
  const std::string_view read = text.substr(edit.begin, edit.end - edit.begin);
  const std::string shown = raw == read ? edit.text : rewriter.respelled(edit.text, raw);
  return {begin, begin + raw.size(), json_escape(shown), edit.reason};
}

/// The edits of the strings of one document, one after the other.
class Editor {
 public:
  Editor(const Document& document, Rewriter& rewriter, int depth)
      : document_(document), rewriter_(rewriter), depth_(depth), staying_(document.keys()) {}

  std::vector<Edit> run() {
    const auto& strings = document_.strings();
    for (std::size_t i = 0; i < strings.size(); ++i) {
      const JsonString& item = strings[i];
      const bool named = item.is_key && document_.rule_of(item).treatment == Treatment::kName;
      if (item.is_key && !named && stays(i)) continue;
      const std::size_t before = out_.size();
      treat(item);
      told_ = told_ || (out_.size() > before && document_.tells(item));
      if (item.is_key && !named) staying_[document_.key_number(i)] = out_.size() == before;
    }
    return std::move(out_);
  }

  /// Whether another pass may find more: a string was changed that says how others are read, or put
  /// otherwise than it was settled.
  [[nodiscard]] bool told() const { return told_; }

 private:
  /// Whether the key was read, and nothing was found in it.
  [[nodiscard]] bool stays(std::size_t index) {
    forget_when_announced();
    return staying_[document_.key_number(index)];
  }

  /// What was announced since is looked for in what was read before, too.
  void forget_when_announced() {
    if (rewriter_.announced() == announced_) return;
    announced_ = rewriter_.announced();
    seen_.clear();
    staying_.assign(staying_.size(), false);
  }

  void treat(const JsonString& item) {
    if (item.escaped) return escaped(item);
    const FieldRule rule = document_.rule_of(item);
    for (const Edit& edit : edits_of(document_.text(item), item, rule)) {
      out_.push_back(
          {item.begin + edit.begin, item.begin + edit.end, json_escape(edit.text), edit.reason});
      name_key(rule);
    }
  }

  void escaped(const JsonString& item) {
    const std::string_view raw = document_.text(item);
    const Layer layer = json_layer(raw);
    const FieldRule rule = document_.rule_of(item);
    for (const Edit& edit : read(layer.text, rule, document_.guest_of(item), item.is_key)) {
      const std::size_t begin = layer.offsets[edit.begin];
      const std::string_view written = raw.substr(begin, layer.offsets[edit.end] - begin);
      out_.push_back(placed_edit(edit, written, layer.text, item.begin + begin, rewriter_));
      // Another spelling was put there than was settled.
      told_ = told_ || out_.back().text != json_escape(edit.text);
      name_key(rule);
    }
  }

  /// Says of the last edit by which key it was found. What is kept of a value does not know it: the
  /// same value may stand under another one.
  void name_key(const FieldRule& rule) {
    Reason& reason = out_.back().reason;
    if (reason.finder == Finder::kField && reason.rule.empty()) reason.rule = rule.key;
  }

  /// All that a value's edits depend on but itself; the word of a secret does too.
  static std::uint32_t tag_of(const FieldRule& rule, Kind guest, bool is_key) {
    const auto bits = [](auto value, unsigned shift) {
      return static_cast<std::uint32_t>(value) << shift;
    };
    return bits(rule.treatment, 0) | bits(rule.kind, 8) | bits(guest, 16) | bits(rule.teaches, 24) |
           bits(is_key, 25) | bits(rule.key == "mac", 26);
  }

  const std::vector<Edit>& edits_of(std::string_view text, const JsonString& item,
                                    const FieldRule& rule) {
    const Kind guest = document_.guest_of(item);
    if (rule.treatment == Treatment::kSecret) return last_ = read(text, rule, guest, item.is_key);
    const std::uint32_t tag = tag_of(rule, guest, item.is_key);
    // A document in a string teaches nothing: there the same value may come to something else.
    if (depth_ == 0)
      if (const auto* known = rewriter_.recalled_value(text, tag)) return *known;
    forget_when_announced();
    if (const auto* known = seen_.find(text, tag)) return *known;
    last_ = read(text, rule, guest, item.is_key);
    if (depth_ > 0 || !rewriter_.keep_value(text, tag, last_)) seen_.keep(text, tag, last_);
    return last_;
  }

  std::vector<Edit> read(std::string_view text, const FieldRule& rule, Kind guest, bool is_key) {
    const auto embedded = [&](std::string_view shown) {
      return is_key ? std::nullopt : embedded_edits(shown, rule, rewriter_, depth_);
    };
    if (auto inner = embedded(text)) return std::move(*inner);
    return rewriter_.settled(text, [&](std::string_view shown) {
      // What was none may have become a document.
      if (shown.data() != text.data())
        if (auto inner = embedded(shown)) return std::move(*inner);
      const bool named = is_key && rule.treatment == Treatment::kName &&
                         !Dictionary::is_weak(lower(shown)) && !is_kept_key(lower(shown));
      return is_key && !named ? rewriter_.key(shown) : rewriter_.field(shown, rule, guest);
    });
  }

  const Document& document_;
  Rewriter& rewriter_;
  int depth_;
  Seen seen_;
  std::vector<bool> staying_;  ///< keys, by number
  std::vector<Edit> last_;
  std::size_t announced_ = 0;
  std::vector<Edit> out_;
  bool told_ = false;
};

/// The edits of one pass over a document. `told` says whether another may find more.
std::vector<Edit> pass_edits(std::string_view json, const JsonStrings& strings, Rewriter& rewriter,
                             int depth, bool& told) {
  const Document document(json, strings);
  learn_people(document, rewriter);
  Editor editor(document, rewriter, depth);
  auto edits = editor.run();
  told = editor.told();
  return edits;
}

std::vector<Edit> json_edits(std::string_view json, const JsonStrings& strings, Rewriter& rewriter,
                             int depth) {
  bool told = false;
  std::vector<Edit> edits = pass_edits(json, strings, rewriter, depth, told);
  for (int round = 0; told && !rewriter.wants(); ++round) {
    const std::string shown = apply_edits(json, edits);
    const auto inner = scan_json(shown);
    if (!inner.ok() || round == Rewriter::kMaxPasses)
      return {
          {0, json.size(), '"' + std::string(Rewriter::kUnsettled) + '"', {Finder::kUnsettled}}};
    const auto more = pass_edits(shown, inner.value(), rewriter, depth, told);
    if (more.empty()) break;
    edits = composed_edits(edits, shown, more);
  }
  return edits;
}

}  // namespace

std::vector<Edit> json_edits(std::string_view json, const JsonStrings& strings,
                             Rewriter& rewriter) {
  return json_edits(json, strings, rewriter, 0);
}

}  // namespace pmx::anonymize
