#include "anonymize/json_walk.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>

#include "anonymize/utf8.h"

namespace pmx::anonymize {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view json) : json_(json) {}

  Result<JsonStrings> run() {
    if (json_.size() > std::numeric_limits<std::int32_t>::max())
      return Error{Code::kResourceExhausted, "the document is too large", ""};
    bool good = value();
    while (good && !stack_.empty()) good = next();
    blanks();
    if (good && at_ == json_.size()) return std::move(out_);
    return Error{Code::kInvalidArgument, "not valid JSON at byte " + std::to_string(at_), ""};
  }

 private:
  struct Frame {
    char close;
    std::int32_t object;
    std::int32_t key;
    bool first = true;
  };

  char peek() const { return byte_at(json_, at_); }
  void blanks() {
    while (at_ < json_.size() && is_space(json_[at_])) ++at_;
  }

  bool value() {
    blanks();
    switch (peek()) {
      case '{':
        out_.parents.push_back(stack_.empty() ? -1 : stack_.back().object);
        stack_.push_back({'}', out_.objects++, -1});
        return ++at_, true;
      case '[': {
        const std::int32_t key = stack_.empty() ? -1 : stack_.back().key;
        const std::int32_t object = stack_.empty() ? -1 : stack_.back().object;
        stack_.push_back({']', object, key});
        return ++at_, true;
      }
      case '"': return string(false);
      case 't': return literal("true");
      case 'f': return literal("false");
      case 'n': return literal("null");
      default: return number();
    }
  }

  /// One step inside the innermost container: its end, or a comma and its next member.
  bool next() {
    blanks();
    Frame& frame = stack_.back();
    if (peek() == frame.close) {
      ++at_;
      stack_.pop_back();
      return true;
    }
    if (!frame.first) {
      if (peek() != ',') return false;
      ++at_;
      blanks();
    }
    frame.first = false;
    if (frame.close == ']') return value();
    if (peek() != '"' || !string(true)) return false;
    blanks();
    if (peek() != ':') return false;
    ++at_;
    return value();
  }

  bool string(bool is_key) {
    JsonString found;
    found.begin = static_cast<std::uint32_t>(++at_);
    for (; at_ < json_.size() && json_[at_] != '"'; ++at_) {
      if (static_cast<unsigned char>(json_[at_]) < 0x20) return false;
      if (json_[at_] != '\\') continue;
      found.escaped = true;
      if (!escape()) return false;
    }
    if (at_ >= json_.size()) return false;
    found.end = static_cast<std::uint32_t>(at_++);
    found.is_key = is_key;
    if (!stack_.empty()) {
      found.object = stack_.back().object;
      if (is_key) stack_.back().key = static_cast<std::int32_t>(out_.strings.size());
      if (!is_key) found.key = stack_.back().key;
    }
    out_.strings.push_back(found);
    return true;
  }

  bool escape() {
    const char kind = byte_at(json_, ++at_);
    if (kind != 'u')
      return kind != '\0' && std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
    for (int i = 0; i < 4; ++i)
      if (!is_hex(byte_at(json_, ++at_))) return false;
    return true;
  }

  bool literal(std::string_view word) {
    if (json_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ > begin;
  }

  bool number() {
    if (peek() == '-') ++at_;
    const std::size_t begin = at_;
    if (!digits() || (json_[begin] == '0' && at_ - begin > 1)) return false;
    if (peek() == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      return digits();
    }
    return true;
  }

  std::string_view json_;
  std::size_t at_ = 0;
  std::vector<Frame> stack_;
  JsonStrings out_;
};

unsigned hex4(std::string_view text, std::size_t at) {
  unsigned value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = value * 16 + hex_value(byte_at(text, i));
  return value;
}

/// What the fields of an object say about its "name".
struct ObjectFacts {
  bool vmid = false;
  bool config = false;     ///< has a field that only a guest's configuration has
  bool frame = false;      ///< belongs to the protocol: a tool, a prompt, a resource
  bool interface = false;  ///< a network interface inside a guest
  bool snapshot = false;
  bool token = false;
  bool user = false;
  std::int32_t first_name = -1;  ///< the strings that hold them
  std::int32_t last_name = -1;
  bool inside_guest = false;   ///< within two levels of an object with a VMID
  std::int32_t property = -1;  ///< the string that names the property of a {key, value} row
  std::optional<Kind> type;
};

std::optional<Kind> kind_of_type(std::string_view type) {
  if (type == "qemu" || type == "vm") return Kind::kVm;
  if (type == "lxc" || type == "container") return Kind::kContainer;
  if (type == "node") return Kind::kNode;
  if (type == "cluster") return Kind::kCluster;
  if (type == "storage") return Kind::kStorage;
  if (type == "pool") return Kind::kPool;
  return std::nullopt;
}

template <std::size_t N>
bool is_one_of(std::string_view key, const std::string_view (&keys)[N]) {
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

void note_key(std::string_view key, ObjectFacts& object) {
  constexpr std::string_view kConfig[] = {"digest", "vmgenid", "ostype", "rootfs"};
  constexpr std::string_view kFrame[] = {"inputSchema", "outputSchema",    "uri",
                                         "uriTemplate", "arguments",       "messages",
                                         "mimeType",    "protocolVersion", "jsonrpc"};
  constexpr std::string_view kInterface[] = {"hwaddr", "hardware-address", "ip-addresses", "inet"};
  if (key == "vmid") object.vmid = true;
  if (key == "tokenid" || key == "full-tokenid") object.token = true;
  if (key == "userid") object.user = true;
  if (key == "snaptime" || key == "snapstate") object.snapshot = true;
  object.config = object.config || is_one_of(key, kConfig);
  object.frame = object.frame || is_one_of(key, kFrame);
  object.interface = object.interface || is_one_of(key, kInterface);
}

std::vector<ObjectFacts> gather(std::string_view json, const JsonStrings& strings) {
  std::vector<ObjectFacts> facts(static_cast<std::size_t>(strings.objects));
  const auto text = [json](const JsonString& item) {
    return json.substr(item.begin, item.end - item.begin);
  };
  for (const JsonString& item : strings.strings) {
    if (item.object < 0) continue;
    ObjectFacts& object = facts[static_cast<std::size_t>(item.object)];
    if (item.is_key) {
      note_key(text(item), object);
    } else if (item.key >= 0) {
      const std::string_view key = text(strings.strings[static_cast<std::size_t>(item.key)]);
      if (key == "type" || key == "kind") object.type = kind_of_type(text(item));
      if (key == "firstname") object.first_name = item.key + 1;
      if (key == "lastname") object.last_name = item.key + 1;
      if (key == "key") object.property = item.key + 1;
      // The list of snapshots ends with the present state, which has no time.
      if (key == "name" && text(item) == "current") object.snapshot = true;
    }
  }
  for (std::size_t i = 0; i < facts.size(); ++i) {
    std::int32_t around = strings.parents[i];
    for (int level = 0; level < 2 && around >= 0; ++level) {
      const auto parent = static_cast<std::size_t>(around);
      facts[i].inside_guest = facts[i].inside_guest || facts[parent].vmid;
      around = strings.parents[parent];
    }
  }
  return facts;
}

/// The rule for "name" and "hostname". A "name" alone may be anything, a tool or a prompt too: only
/// the dictionary decides then.
FieldRule name_rule(const FieldRule& rule, const ObjectFacts& object) {
  const bool typed = object.vmid || object.type.has_value();
  const bool nested =
      !object.frame && (object.config || object.inside_guest || object.property >= 0);
  if (rule.treatment == Treatment::kGuest && object.snapshot && !object.vmid)
    return {Treatment::kName, Kind::kName, "", true};
  if (rule.treatment == Treatment::kGuest && object.interface && !object.vmid)
    return {Treatment::kName, Kind::kNetwork, "", true};
  if (rule.treatment == Treatment::kGuest) return typed || nested ? rule : FieldRule{};
  const bool guest = object.type == Kind::kVm || object.type == Kind::kContainer;
  return object.vmid || guest || nested ? FieldRule{Treatment::kGuest, Kind::kVm, "", true} : rule;
}

FieldRule rule_of(std::string_view key, const ObjectFacts& object) {
  const FieldRule rule = field_rule(key);
  if (rule.treatment == Treatment::kGuest || key == "hostname") return name_rule(rule, object);
  if (object.user && key == "comment") return {Treatment::kPerson, Kind::kPerson, "", false};
  if (object.token && key == "value") return {Treatment::kSecret, Kind::kToken, "token", false};
  return rule;
}

/// The key of a value; in a row {"key":"hostname","value":"web","pending":"web2"} what the row
/// says.
std::string_view key_of(std::string_view json, const JsonStrings& strings, const JsonString& item,
                        const ObjectFacts& object) {
  const auto text = [&](std::int32_t index) {
    const JsonString& found = strings.strings[static_cast<std::size_t>(index)];
    return json.substr(found.begin, found.end - found.begin);
  };
  const std::string_view key = text(item.key);
  if (object.property < 0 || object.token || (key != "value" && key != "pending")) return key;
  return text(object.property);
}

}  // namespace

Result<JsonStrings> scan_json(std::string_view json) { return Scanner(json).run(); }

Layer json_layer(std::string_view raw) {
  Layer layer;
  for (std::size_t i = 0; i < raw.size();) {
    const std::size_t begin = i;
    const std::size_t size = layer.text.size();
    if (raw[i] != '\\') {
      layer.text += raw[i++];
    } else if (byte_at(raw, i + 1) == 'u') {
      unsigned code = hex4(raw, i + 2);
      i += 6;
      const bool high = code >= 0xD800 && code < 0xDC00;
      if (high && byte_at(raw, i) == '\\' && byte_at(raw, i + 1) == 'u') {
        const unsigned low = hex4(raw, i + 2);
        if (low >= 0xDC00 && low < 0xE000) {
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          i += 6;
        }
      }
      append_utf8(layer.text, code);
    } else {
      constexpr std::string_view kNames = "bfnrt";
      constexpr std::string_view kBytes = "\b\f\n\r\t";
      const char name = byte_at(raw, i + 1);
      const std::size_t known = kNames.find(name);
      layer.text += known == std::string_view::npos ? name : kBytes[known];
      i += 2;
    }
    for (std::size_t k = size; k < layer.text.size(); ++k)
      layer.offsets.push_back(static_cast<std::uint32_t>(begin));
  }
  layer.offsets.push_back(static_cast<std::uint32_t>(raw.size()));
  return layer;
}

std::string json_escape(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out;
}

namespace {

/// First and last name of a user stand in fields of their own; elsewhere they stand together.
void learn_people(std::string_view json, const JsonStrings& strings,
                  const std::vector<ObjectFacts>& facts, Rewriter& rewriter) {
  const auto text = [&](std::int32_t index) {
    const JsonString& item = strings.strings[static_cast<std::size_t>(index)];
    return json_layer(json.substr(item.begin, item.end - item.begin)).text;
  };
  for (const ObjectFacts& object : facts) {
    if (object.first_name < 0 || object.last_name < 0) continue;
    const std::string first = text(object.first_name);
    const std::string last = text(object.last_name);
    if (!first.empty() && !last.empty()) rewriter.learn_person(first + ' ' + last);
  }
}

/// A document inside a string (a text twin of structured content) is read that often as one.
constexpr int kMaxEmbedded = 2;

std::vector<Edit> json_edits(std::string_view json, const JsonStrings& strings, Rewriter& rewriter,
                             int depth);

std::vector<Edit> value_edits(std::string_view text, const FieldRule& rule, Kind guest,
                              Rewriter& rewriter, int depth) {
  const bool opens = text.size() > 1 && (text.front() == '{' || text.front() == '[');
  if (opens && rule.treatment == Treatment::kText && depth < kMaxEmbedded) {
    if (const auto inner = scan_json(text); inner.ok()) {
      // Anybody may write JSON into a note: it teaches no more than other text.
      const FreeText free = rewriter.free_text();
      return json_edits(text, inner.value(), rewriter, depth + 1);
    }
  }
  return rewriter.field(text, rule, guest);
}

/// The edit of a string's meaning, where it is written as `raw`.
Edit placed_edit(const Edit& edit, std::string_view raw, std::string_view text, std::size_t begin,
                 Rewriter& rewriter) {
  const std::string_view read = text.substr(edit.begin, edit.end - edit.begin);
  const std::string shown = raw == read ? edit.text : rewriter.respelled(edit.text, raw);
  return {begin, begin + raw.size(), json_escape(shown)};
}

std::vector<Edit> json_edits(std::string_view json, const JsonStrings& strings, Rewriter& rewriter,
                             int depth) {
  const std::vector<ObjectFacts> facts = gather(json, strings);
  learn_people(json, strings, facts, rewriter);
  const ObjectFacts none;
  std::vector<Edit> out;
  for (const JsonString& item : strings.strings) {
    const std::string_view raw = json.substr(item.begin, item.end - item.begin);
    const Layer layer = item.escaped ? json_layer(raw) : Layer{};
    const std::string_view text = item.escaped ? std::string_view(layer.text) : raw;
    const ObjectFacts& object =
        item.object < 0 ? none : facts[static_cast<std::size_t>(item.object)];
    FieldRule rule;
    if (!item.is_key && item.key >= 0) rule = rule_of(key_of(json, strings, item, object), object);
    const Kind guest = object.type.value_or(Kind::kVm);
    const auto edits = rewriter.settled(text, [&](std::string_view shown) {
      return item.is_key ? rewriter.key(shown) : value_edits(shown, rule, guest, rewriter, depth);
    });
    const auto place = [&](std::size_t at) {
      return item.begin + (item.escaped ? layer.offsets[at] : at);
    };
    for (const Edit& edit : edits)
      out.push_back(placed_edit(edit,
                                json.substr(place(edit.begin), place(edit.end) - place(edit.begin)),
                                text, place(edit.begin), rewriter));
  }
  return out;
}

}  // namespace

std::string rewrite_json(std::string_view json, const JsonStrings& strings, Rewriter& rewriter) {
  return apply_edits(json, json_edits(json, strings, rewriter, 0));
}

}  // namespace pmx::anonymize
