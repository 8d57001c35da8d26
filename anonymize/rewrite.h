// Finds sensitive values in text and says by what to replace them. One walk over the bytes; at
// every place where a word begins the recognizers are asked in the order of their precedence
// (frames, fields, own pseudonyms, secrets, addresses, user ids, domains, names). Each looks only
// as far ahead as its own value reaches. The text itself is not touched: the result is a list of
// edits, so that layers around it (JSON escapes, percent-encoding) keep every byte outside of them.
// Thread-confined to the call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/blobs.h"
#include "anonymize/clues.h"
#include "anonymize/dictionary.h"
#include "anonymize/explain.h"
#include "anonymize/field_rules.h"
#include "anonymize/finder.h"
#include "anonymize/places.h"
#include "anonymize/pseudonym.h"
#include "anonymize/resolve.h"
#include "anonymize/value_memo.h"
#include "anonymize/word_memo.h"
#include "base/secret.h"

namespace pmx::anonymize {

/// A decoded text with the place of every byte in its encoded form (and of the end).
struct Layer {
  std::string text;
  std::vector<std::uint32_t> offsets;
};

/// text with its edits (sorted, disjoint).
std::string apply_edits(std::string_view text, const std::vector<Edit>& edits);

/// The edits of both, without those of `second` that overlap one of `first`.
std::vector<Edit> joined_edits(std::vector<Edit> first, std::vector<Edit> second);

/// The edits that do to the text before `first` what `second` does to `shown`, the text after it.
std::vector<Edit> composed_edits(const std::vector<Edit>& first, std::string_view shown,
                                 const std::vector<Edit>& second);

/// The length of 32 bytes in base64.
inline constexpr std::size_t kMachineKey = 44;

/// Whether base64 may be so long that begins where the run at `at` does that it can be a key or
/// random bytes. Cheap; never wrong when it says no.
bool may_be_long_base64(std::string_view text, std::size_t at);

/// Whether 32 random bytes in base64 begin at `at`, where a run begins.
bool may_be_machine_key(std::string_view text, std::size_t at);

/// Where the random bytes in base64 end that begin at `at`, where a run begins: 40 characters of
/// all classes and more; 0 when there are none.
std::size_t random_end(std::string_view text, std::size_t at);

/// Decodes %XX and keeps what is no escape.
Layer percent_layer(std::string_view text);

class Rewriter {
 public:
  /// So many passes may still find something. Of a text that changes for longer the lines that do
  /// are hidden, and if that does not help, the whole.
  static constexpr int kMaxPasses = 3;
  /// So long a text is read again as a whole: a second call finds nothing in the result. Of a
  /// longer one only the lines that changed and those beside them are.
  static constexpr std::size_t kWhole = std::size_t{64} << 10;
  /// Layers inside layers are read that deep.
  static constexpr unsigned kMaxDepth = 4;
  static constexpr std::string_view kUnsettled = "[secret:text]";

  Rewriter(const Scheme& scheme, const Dictionary& dictionary, Resolver& resolver,
           const std::vector<Secret>& guarded)
      : scheme_(scheme), dictionary_(dictionary), resolver_(resolver), guarded_(guarded) {}

  /// Edits for free text, sorted and disjoint. An unknown name in it is replaced but not learned.
  std::vector<Edit> text(std::string_view text) {
    const FreeText free(resolver_);
    return scan_layer(text, nullptr, 0);
  }

  /// The edits of `pass` (text to edits) and of the passes over its result, until one finds
  /// nothing: a pseudonym may complete a shape that the real value did not ("aa-bb-cc-dd-ee-ff-blue
  /// heron").
  template <class Pass>
  std::vector<Edit> settled(std::string_view text, const Pass& pass) {
    std::vector<Edit> edits = pass(text);
    for (int round = 0; !edits.empty() && resolver_.wanted().empty(); ++round) {
      const std::string shown = apply_edits(text, edits);
      if (is_own(shown)) break;
      const std::vector<Edit> more = pass(shown);
      if (more.empty()) break;
      if (round == kMaxPasses) return unsettled(text);
      edits = composed_edits(edits, shown, more);
    }
    return edits;
  }

  /// The edits of a text, and of what it is then, until a pass finds nothing.
  std::vector<Edit> settled_text(std::string_view text);

  /// From now on every recognizer is asked everywhere. Tests compare: the clues change nothing.
  void ignore_clues() { all_clues_ = clue::kAll; }

  /// While it lives, fields teach nothing either.
  [[nodiscard]] FreeText free_text() { return FreeText(resolver_); }

  /// Edits for the value of a field. `guest` is the kind of a name in this object.
  std::vector<Edit> field(std::string_view value, const FieldRule& rule, Kind guest);

  /// Edits for a JSON key: only strong names and what has its own shape.
  std::vector<Edit> key(std::string_view key);

  /// The pseudonym of one whole value of a known kind: host names with a domain by label, user ids
  /// and tokens by part, just as they are replaced in text.
  std::string value(Kind kind, std::string_view value);

  /// Whether value() replaces it by part.
  [[nodiscard]] bool is_compound(Kind kind, std::string_view value) const;

  /// Makes a person known in all spellings of the name.
  void learn_person(std::string_view name);

  /// What values and words come to is looked up in `memory` and kept there. What was kept before in
  /// another payload is not read again.
  void remember(Memory& memory) {
    values_ = &memory.values;
    words_ = &memory.words;
    words_came_ = !words_->empty();
  }

  /// The edits that `value` had under the rule of `tag` in another payload; nullptr when none are
  /// known that hold in this one.
  [[nodiscard]] const std::vector<Edit>* recalled_value(std::string_view value, std::uint32_t tag) {
    const bool holds =
        values_ != nullptr && value.size() <= ValueMemo::kLongest && announced() == 0;
    const std::vector<Edit>* edits = holds ? values_->find(value, tag) : nullptr;
    if (edits != nullptr) resolver_.recall();
    return edits;
  }
  /// Keeps them for other payloads; false when they cannot be.
  bool keep_value(std::string_view value, std::uint32_t tag, const std::vector<Edit>& edits) {
    const bool holds = values_ != nullptr && announced() == 0 && resolver_.wanted().empty();
    return holds && values_->keep(value, tag, edits);
  }

  /// How many names the payload has announced so far.
  [[nodiscard]] std::size_t announced() const {
    return resolver_.announced() != nullptr ? resolver_.announced()->names.size() : 0;
  }

  /// Whether something must be issued before the pass is repeated.
  [[nodiscard]] bool wants() const { return !resolver_.wanted().empty(); }

  /// Whether a field's value has the form of a name that may enter the dictionary.
  [[nodiscard]] bool is_name(std::string_view value, Kind kind) const;

  /// What is replaced in `text` by `edits`, and why.
  [[nodiscard]] Explanation explained(std::string_view text, const std::vector<Edit>& edits) const;

  /// What `shown`, an edit's text, is when the text it replaces is written as `raw`.
  std::string respelled(std::string_view shown, std::string_view raw);

 private:
  /// Where something stands next: looked for once for all places before it.
  struct Ahead {
    std::size_t found = 0;
    bool looked = false;

    /// The first `what` at `at` or behind it, or the end. Places are asked in their order.
    std::size_t from(std::string_view text, std::size_t at, std::string_view what) {
      if (!looked || found < at) found = std::min(text.find(what, at), text.size());
      looked = true;
      return found;
    }
  };
  /// A word between blanks that is read for the memo.
  struct Note {
    Word word;
    bool open = false;
    bool cue = false;
    bool any_digits = false;    ///< so far other digits would show nothing either
    std::size_t edits = 0;      ///< so many were there before it
    std::size_t wanted = 0;     ///< so many values were
    std::size_t announced = 0;  ///< so many names were
  };
  struct Scan {
    std::string_view text;
    std::vector<Edit> edits;
    const Layer* layer = nullptr;  ///< set inside a percent-decoded token
    unsigned depth = 0;
    std::size_t at = 0;
    std::size_t run_begin = 0;
    std::size_t run_end = 0;       ///< of letters, digits and . _ - +
    bool run_dotted = false;       ///< the run has a dot
    std::uint32_t clues = 0;       ///< of the run
    std::size_t waking_end = 0;    ///< up to here the text is read run by run
    std::size_t escape = 0;        ///< where the next %XX stands, or the end
    std::size_t escape_token = 0;  ///< where its token begins
    std::size_t angle = 0;         ///< where the next <mail@address> stands, or the end
    std::size_t angle_name = 0;    ///< a name before it begins here or later
    std::size_t header_end = 0;    ///< of the last run that began like a web token
    std::size_t claims_end = 0;    ///< of the run behind its dot, 0 without
    std::size_t word_begin = 0;    ///< of the last word that held a known name
    std::size_t word_end = 0;
    bool word_is_code = false;    ///< it is long and all hex digits
    bool chpasswd = false;        ///< the text has that word
    bool keys_only = false;       ///< the text is a JSON key
    std::size_t done = 0;         ///< end of the last edit
    std::size_t aliases_end = 0;  ///< of the firewall's list of aliases
    std::string_view key;         ///< of the rule by which a value was read last
    std::vector<Place> places;    ///< what the form of a line says
    std::size_t next_place = 0;   ///< in `places`, the first that was not passed
    std::vector<Place> told;      ///< what a phrase announced, in their order
    SlashChain chain;             ///< what was read of base64 over slashes
    SieveWindow window;
    bool remembers = false;  ///< words are looked up in the memo, and kept there
    Note note;
    Ahead line_end;
    Ahead bar;                     ///< a pipe
    Ahead reads_pairs;             ///< "chpasswd"
    std::size_t command_read = 0;  ///< up to here the ends of commands were looked for
    std::uint64_t flags = 0;       ///< that the command there may have, by their rows
    char command_quote = '\0';     ///< the quote that is open there

    /// Notes an edit and moves behind it.
    bool replace(std::size_t begin, std::size_t end, std::string with, Reason reason = {});
    /// The same for an edit of the part that begins at `offset`.
    void place(std::size_t offset, Edit edit) {
      replace(offset + edit.begin, offset + edit.end, std::move(edit.text), edit.reason);
    }
    /// Where the next of `places` begins, or the end of the text.
    std::size_t place_begin() {
      while (next_place < places.size() && places[next_place].begin < at) ++next_place;
      const std::size_t first = next_place < places.size() ? places[next_place].begin : text.size();
      return told.empty() ? first : std::min(first, told_begin());
    }
    /// Where the next of `told` begins; most texts have none.
    std::size_t told_begin();
    /// The place that begins at place_begin().
    Place take_place();
    /// Moves on without an edit.
    bool skip(std::size_t end) { return at = end, true; }
    void read_command();
    /// What is found in the word between blanks depends on the bytes before `end`, too.
    void looks_to(std::size_t end) { note.word.reach = std::max(note.word.reach, end); }
    /// It depends on more than is worth telling.
    void looks_beyond() { note.open = false; }
    /// Looks for the ends of the word around `at`, once for each word.
    void find_word();
    /// Looks for the next %XX and the token it is in.
    void find_escape();
    /// Looks for the next address in angle brackets and what may be a name before it.
    void find_angle();
  };
  /// How a value is quoted: "x" or, one layer deeper, \"x\".
  struct Quote {
    char mark = '\0';
    std::size_t backslashes = 0;
  };
  /// What a recognizer looks at, besides the state of the walk that is the same for all words.
  enum class Reach {
    kBeyond,  ///< more than its word; what a row that says nothing has
    kWord,    ///< what stands between the blanks around its run
    kTold,    ///< the same, unless it says so by looks_to() or looks_beyond()
  };
  /// A recognizer and the clue without which it finds nothing in a run.
  struct Recognizer {
    std::uint32_t clue;
    bool (Rewriter::*find)(Scan&);
    Finder finder;
    Reach reach;
  };

  /// One edit over a text that does not settle.
  static std::vector<Edit> unsettled(std::string_view text) {
    return {{0, text.size(), std::string(kUnsettled), {Finder::kUnsettled}}};
  }
  /// Says of the edits from number `first` on who found them, unless it was said.
  static void sign(std::vector<Edit>& edits, std::size_t first, Reason reason);
  /// The same for edits that `finder` has put into the scan, if he `found` something.
  static bool signed_by(Finder finder, Scan& scan, std::size_t first, bool found);
  // explain.cpp
  [[nodiscard]] std::string class_at(std::string_view text, std::size_t at, std::size_t end) const;
  [[nodiscard]] std::string classes_of(std::string_view shown) const;

  /// A text with the edits of its first pass. Nothing when it is a `part` of one and a value goes
  /// on behind it.
  std::optional<std::vector<Edit>> settled_again(std::string_view text, std::vector<Edit> edits,
                                                 bool part);
  std::vector<Edit> scan_layer(std::string_view text, const Layer* layer, unsigned depth);
  std::vector<Edit> scan_guarded(std::string_view text, const Layer* layer, unsigned depth);
  std::vector<Edit> walk(std::string_view text, const Layer* layer, unsigned depth);
  [[nodiscard]] std::vector<Edit> find_guarded(std::string_view text) const;
  // operator_rules.cpp
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  std::vector<Edit> with_patterns(std::string_view text, std::vector<Edit> edits);
  [[nodiscard]] std::vector<Span> hidden_spans(std::string_view text,
                                               const std::vector<Edit>& edits) const;
  [[nodiscard]] std::size_t written_end(std::string_view text, std::size_t at) const;
  void hide_piece(std::string_view text, std::size_t begin, std::size_t end,
                  const OperatorRule& rule, std::vector<Edit>& edits);
  std::vector<Edit> kept_field(std::string_view value);
  bool pass_over(Scan& scan);
  // recall.cpp
  WordMemo& words();
  std::size_t recall(Scan& scan, std::size_t at);
  void note_word(Scan& scan, Word& word);
  bool redo(Scan& scan, const WordMemo::Entry& entry, std::size_t at);
  void close_note(Scan& scan, std::size_t at);
  static void note_behind(Scan& scan, const Run& run);
  void step(Scan& scan);
  void begin_run(Scan& scan);
  [[nodiscard]] std::uint32_t place_clues(const Scan& scan, std::uint32_t last) const;
  template <std::size_t N>
  bool ask(Scan& scan, const Recognizer (&recognizers)[N]);
  void announce_parts(std::string_view name);
  bool at_place(Scan& scan);
  bool at_run(Scan& scan);
  bool at_word(Scan& scan);
  bool at_punctuation(Scan& scan);

  // rewrite.cpp
  [[nodiscard]] Layer token_layer(std::string_view text, std::size_t begin, std::size_t& end) const;
  bool percent_token(Scan& scan);
  Edit escaped_edit(const Edit& edit, const Layer& layer, std::string_view text, std::size_t begin);
  bool address(Scan& scan);
  bool indexed_address(Scan& scan);
  bool ipv4_pattern(Scan& scan);
  bool escaped_address(Scan& scan);
  bool reverse_name(Scan& scan);
  // backup_server.cpp
  void store_parts(Scan& scan, std::size_t begin, std::size_t end, bool remote);
  std::size_t task_parts(Scan& scan, std::size_t begin, bool remote);
  bool backup_phrase(Scan& scan);
  bool repository_host(Scan& scan, std::size_t from);
  bool repository(Scan& scan, std::size_t from);
  // beside.cpp
  /// Whether a MAC stands before the blank before `at`.
  static bool follows_mac(std::string_view text, std::size_t at);
  bool name_beside(Scan& scan, std::size_t begin, std::size_t end);
  bool leased_name(Scan& scan, std::size_t begin, std::size_t end);
  bool hosts_line(Scan& scan, std::size_t begin, std::size_t end);
  /// The edits of walk() on the meaning of the text, at the places where it is written.
  std::vector<Edit> walk_meaning(std::string_view text, const Layer* layer, unsigned depth);
  bool ipv6(Scan& scan);
  // blobs.cpp
  bool blob(Scan& scan);
  /// Whether all of `value` is base64 or hex of a text, and not by chance: no name is.
  [[nodiscard]] bool is_encoded(std::string_view value) const;
  std::vector<Edit> sasl_plain(std::string_view plain);
  // frames.cpp
  bool upid(Scan& scan);
  void task_object(Scan& scan, std::size_t begin, std::size_t end);
  bool job_id(Scan& scan);
  bool ticket(Scan& scan);
  bool volume(Scan& scan);
  bool snippet_file(Scan& scan, std::size_t begin);
  bool url_credentials(Scan& scan);
  bool url_host(Scan& scan, std::size_t begin);
  bool export_host(Scan& scan);
  bool pem(Scan& scan);
  // secrets.cpp
  bool key_value(Scan& scan);
  bool long_key(Scan& scan, std::size_t at);
  static bool names_secret(std::string_view text, std::size_t at);
  bool polish_host(Scan& scan, std::size_t at);
  bool mailbox(Scan& scan, std::size_t from);
  bool assigned_value(Scan& scan, std::size_t from, const FieldRule& rule);
  bool assigned_name(Scan& scan, std::size_t from, const FieldRule& rule);
  bool secret_shape(Scan& scan);
  bool numbered_token(Scan& scan);
  bool web_token(Scan& scan);
  bool hash_shape(Scan& scan);
  static Quote take_quote(std::string_view text, std::size_t& at);
  bool common_name(Scan& scan);
  bool encoded_name(Scan& scan, std::size_t at, const FieldRule& rule);
  bool block_value(Scan& scan, std::size_t at, std::string_view word);
  bool secret_value(Scan& scan, std::size_t from, std::string_view word);
  std::vector<Edit> secret_edits(std::string_view value, std::string_view word);
  static std::vector<Edit> cookie_edits(std::string_view value);
  static std::vector<Edit> assigned_edits(std::string_view value);
  std::size_t value_end(Scan& scan, std::size_t from, Quote quote);
  // own.cpp
  /// The end of the pseudonym of a name or address that begins at `at`, or `at`.
  [[nodiscard]] std::size_t own_end(std::string_view text, std::size_t at) const;
  [[nodiscard]] bool is_own(std::string_view value) const;
  /// Whether what this engine wrote stands in the beginning of `text`. What is long enough to be a
  /// secret only because of it is none: else a second pass would see more than the first.
  [[nodiscard]] bool holds_own(std::string_view text) const;
  bool own_pseudonym(Scan& scan);
  static bool placeholder(Scan& scan);
  // names.cpp
  bool user_id(Scan& scan);
  bool in_context(Scan& scan);
  bool dictionary_name(Scan& scan);
  bool announced_name(Scan& scan);
  bool context_name(Scan& scan, std::size_t from, Kind kind, bool teaches);
  std::vector<Edit> typed_text(std::string_view value);
  /// One edit over the whole value, or none when it stays.
  static std::vector<Edit> whole(std::string_view value, std::string with);
  static bool is_hidden(std::string_view value);
  [[nodiscard]] bool is_one_word(std::string_view value) const;
  [[nodiscard]] bool holds_known(std::string_view value) const;
  std::vector<Edit> treated(std::string_view value, const FieldRule& rule, Kind guest);
  std::vector<Edit> key_field(std::string_view value);
  std::vector<Edit> person_field(std::string_view value);
  std::vector<Edit> user_field(std::string_view value);
  bool name_list(Scan& scan, std::size_t from, const FieldRule& rule);
  std::vector<Edit> list_field(std::string_view value, Kind kind);
  std::vector<Edit> name_field(std::string_view value, Kind kind);
  std::string name_text(Kind kind, std::string_view name);
  std::string user_text(std::string_view user_id);
  std::string fresh_user_text(std::string_view user_id);
  /// The edits that `make` gives for the value: the same wherever it stands, so that they are kept
  /// until a name is announced. `tag` stands for all else they depend on.
  template <class Make>
  std::vector<Edit> repeated(std::string_view value, std::uint32_t tag, const Make& make);
  std::vector<Edit> placed_field(std::string_view value, const FieldRule& rule);
  // hints.cpp
  bool hinted_person(Scan& scan);
  bool called_machine(Scan& scan);
  bool given_person(Scan& scan, std::size_t given);
  bool hinted_name(Scan& scan, std::size_t at, Kind kind);
  bool spice_host(Scan& scan);
  bool system_credential(Scan& scan);
  bool machine_key(Scan& scan);
  // devices.cpp
  bool mapped_volume(Scan& scan);
  bool interface_of_mac(Scan& scan);
  static bool may_be_device(std::string_view run);
  bool device(Scan& scan);
  bool multipath_alias(Scan& scan);
  bool licence_key(Scan& scan);
  // commands.cpp
  bool cue(Scan& scan);
  static bool follows_command(const Scan& scan);
  static bool may_be_flag(const Scan& scan);
  bool command_flag(Scan& scan);
  bool command_argument(Scan& scan);
  bool config_secret(Scan& scan);
  bool third_word(Scan& scan, std::size_t at);
  bool flag_value(Scan& scan, std::size_t begin, char quote, char mark);
  bool password_pair(Scan& scan);
  // phrases.cpp
  bool phrase(Scan& scan);
  void phrase_name(Scan& scan, const Place& place);
  static void tell(Scan& scan, const Place& place);
  // logins.cpp
  static bool may_announce_login(std::string_view run);
  bool placed_user(Scan& scan, std::size_t begin, std::size_t end);
  bool program_user(Scan& scan, std::string_view program);
  bool login_name(Scan& scan);
  // structured_fields.cpp
  /// Whether a part of a path tells nothing: a word, a standard name, a volume of PVE.
  static bool is_plain_path_word(std::string_view word);
  /// What PVE calls its volumes itself: vm-100-disk-0.
  static bool is_volume_name(std::string_view value);
  static bool is_made_name(std::string_view word);
  /// Whether such a name begins at `at`.
  static bool names_volume(std::string_view text, std::size_t at);
  /// A volume group, dataset or pool before /vm-100-disk-0.
  bool volume_parent(Scan& scan);
  std::vector<Edit> path_field(std::string_view value, Kind kind);
  std::vector<Edit> acl_path(std::string_view value, Kind kind);
  std::vector<Edit> reference_field(std::string_view value);
  std::vector<Edit> mac_field(std::string_view value);
  std::vector<Edit> serial_field(std::string_view value);
  std::vector<Edit> keyring_field(std::string_view value);
  std::vector<Edit> dn_field(std::string_view value);
  // sections.cpp
  static bool may_be_file_line(const Scan& scan, std::uint32_t last);
  bool file_line(Scan& scan);
  bool section_header(Scan& scan);
  bool section_property(Scan& scan);
  bool plugin_data(Scan& scan, std::size_t begin, std::size_t end);
  bool named_property(Scan& scan, std::size_t begin, std::size_t end);
  bool section_bracket(Scan& scan);
  std::vector<Edit> acl_groups(std::string_view value);
  bool user_line(Scan& scan);
  bool account_line(Scan& scan);
  bool firewall_line(Scan& scan);
  /// Has the name looked for in the rest of this payload.
  void announce_name(std::string_view value, const FieldRule& rule);
  bool placed_name(Scan& scan, std::size_t begin, std::size_t end, Kind kind);
  // phones.cpp
  bool phone(Scan& scan);
  bool announced_phone(Scan& scan);
  bool phone_number(Scan& scan, std::size_t begin, std::size_t end);
  static std::size_t announced_end(std::string_view text, std::size_t at, bool assigned);
  std::vector<Edit> phone_field(std::string_view value);
  // organisations.cpp
  bool organisation(Scan& scan);
  [[nodiscard]] std::size_t owner_end(std::string_view text, std::size_t at) const;
  [[nodiscard]] bool known_within(std::string_view text, std::size_t at, std::size_t end) const;
  bool contract_number(Scan& scan, std::size_t at);
  // people.cpp
  bool display_name(Scan& scan);
  // domains.cpp
  bool fqdn(Scan& scan);
  bool service_name(Scan& scan);
  bool host_and_port(Scan& scan, std::size_t end);
  bool host_and_service(Scan& scan, std::size_t end);
  bool share_behind(Scan& scan, std::size_t begin, std::size_t end);
  std::string dashed_address(std::string_view label);
  bool webhook(Scan& scan, std::size_t end);
  /// acme-widgets.de belongs to "Acme Widgets".
  void learn_owner(std::string_view label);
  std::string domain_text(std::string_view name, std::size_t suffix_labels);
  [[nodiscard]] std::size_t sensitive_suffix(std::string_view name) const;

  const Scheme& scheme_;
  const Dictionary& dictionary_;
  Resolver& resolver_;
  const std::vector<Secret>& guarded_;
  ValueMemo* values_ = nullptr;
  ValueMemo parts_;              ///< of this payload: users and what stands at places
  std::size_t parts_names_ = 0;  ///< so many names were announced when they were read
  WordMemo own_words_;           ///< of this payload
  WordMemo* words_ = nullptr;    ///< lent, while the payload announces nothing
  bool words_came_ = false;      ///< it holds words of other payloads
  std::size_t words_names_ = 0;  ///< so many names were announced when its words were read
  std::uint32_t all_clues_ = 0;
  bool open_ended_ = false;  ///< a value began whose end the text does not hold
};

}  // namespace pmx::anonymize
