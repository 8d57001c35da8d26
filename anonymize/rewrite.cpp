#include "anonymize/rewrite.h"

#include <algorithm>
#include <functional>

#include "anonymize/blobs.h"
#include "anonymize/keep.h"
#include "anonymize/unfold.h"
#include "anonymize/versions.h"
#include "base/percent.h"

namespace pmx::anonymize {
namespace {

/// What ends a token: blanks, quotes and control bytes.
bool ends_token(char c) {
  return has_class(c, chars::kSpace | chars::kQuote) || static_cast<unsigned char>(c) < 0x20;
}

/// Whether the numbers at `at` are an address of a captured packet: 10.1.2.3.443 > 10.1.2.4.55123:
bool is_packet_address(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (is_digit(byte_at(text, end)) || byte_at(text, end) == '.') ++end;
  return (at > 1 && text.substr(at - 2, 2) == "> ") || text.substr(end, 3) == " > ";
}

bool holds_chpasswd(std::string_view text) {
  constexpr std::string_view kWord = "chpasswd";
  static const std::boyer_moore_horspool_searcher kSearch(kWord.begin(), kWord.end());
  return std::search(text.begin(), text.end(), kSearch) != text.end();
}

/// The layer of the text after `edits`: which bytes are written as they are and which as escapes.
Layer veiled_layer(const Layer& layer, const std::vector<Edit>& edits) {
  Layer out;
  std::uint32_t offset = 0;
  std::size_t at = 0;
  const auto put = [&](char c, std::uint32_t width) {
    out.text += c;
    out.offsets.push_back(offset);
    offset += width;
  };
  const auto copy_to = [&](std::size_t end) {
    for (; at < end; ++at) put(layer.text[at], layer.offsets[at + 1] - layer.offsets[at]);
  };
  for (const Edit& edit : edits) {
    copy_to(edit.begin);
    for (const char c : edit.text) put(c, is_run_char(c) ? 1 : 3);
    at = edit.end;
  }
  copy_to(layer.text.size());
  out.offsets.push_back(offset);
  return out;
}

/// `text` percent-encoded but for the characters that `raw` has as they are: a@b stays a@b.
std::string encoded_like(std::string_view text, std::string_view raw) {
  std::string out;
  for (const char c : text) {
    const bool plain = is_run_char(c) || raw.find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : percent_encode(std::string_view(&c, 1));
  }
  return out;
}

}  // namespace

Layer percent_layer(std::string_view text) {
  Layer layer;
  layer.text.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    layer.offsets.push_back(static_cast<std::uint32_t>(i));
    if (is_escape(text, i)) {
      layer.text += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 3;
    } else {
      layer.text += text[i++];
    }
  }
  layer.offsets.push_back(static_cast<std::uint32_t>(text.size()));
  return layer;
}

bool Rewriter::Scan::replace(std::size_t begin, std::size_t end, std::string with, Reason reason) {
  if (text.substr(begin, end - begin) != with)
    edits.push_back({begin, end, std::move(with), reason});
  at = end;
  done = end;
  return true;
}

void Rewriter::Scan::find_word() {
  // Twelve hex digits and more are a digest, a serial or part of a UUID, whatever they spell.
  constexpr std::size_t kHexWord = 12;
  if (at < word_end) return;
  word_begin = at;
  word_end = at;
  while (word_begin > done && is_word_char(text[word_begin - 1])) --word_begin;
  while (word_end < text.size() && is_word_char(text[word_end])) ++word_end;
  const std::string_view word = text.substr(word_begin, word_end - word_begin);
  word_is_code = word.size() >= kHexWord && std::all_of(word.begin(), word.end(), is_hex);
}

std::vector<Edit> Rewriter::scan_layer(std::string_view text, const Layer* layer, unsigned depth) {
  return with_patterns(text, scan_guarded(text, layer, depth));
}

std::vector<Edit> Rewriter::scan_guarded(std::string_view text, const Layer* layer,
                                         unsigned depth) {
  const std::vector<Edit> guarded = find_guarded(text);
  if (guarded.empty()) return walk_meaning(text, layer, depth);
  // The recognizers see what they would see in a second pass.
  const std::string shown = apply_edits(text, guarded);
  if (layer == nullptr) return composed_edits(guarded, shown, walk_meaning(shown, nullptr, depth));
  const Layer veiled = veiled_layer(*layer, guarded);
  return composed_edits(guarded, shown, walk_meaning(shown, &veiled, depth));
}

std::string Rewriter::respelled(std::string_view shown, std::string_view raw) {
  if (resolver_.is_pending(shown) || shown.starts_with("[secret:")) return std::string(shown);
  const Ledger::Entry* entry = resolver_.ledger().by_pseudonym(lower(shown));
  if (entry != nullptr && lower(entry->real) == lower(raw)) return resolver_.known(*entry, raw);
  if (entry != nullptr && is_name_kind(entry->kind)) return resolver_.spelled(*entry, raw);
  // An address stays one, with its dots as they were written.
  const std::string dotted = read_ipv4(shown, 0) ? defanged_like(shown, raw) : std::string(shown);
  if (dotted != shown) return dotted;
  // A compound in another layer comes back as a whole.
  const FreeText free(resolver_);
  return resolver_.name(Kind::kName, raw);
}

std::vector<Edit> Rewriter::walk_meaning(std::string_view text, const Layer* layer,
                                         unsigned depth) {
  if (!is_folded(text)) return walk(text, layer, depth);
  const Layer meant = unfold(text, [this](std::string_view read, std::size_t at) {
    return dictionary_.longest_at(read, at).end;
  });
  if (meant.text == text) return walk(text, layer, depth);
  Layer outer = meant;
  if (layer != nullptr)
    for (std::uint32_t& offset : outer.offsets) offset = layer->offsets[offset];
  auto edits = walk(meant.text, layer != nullptr ? &outer : nullptr, depth);
  for (Edit& edit : edits) {
    const std::string_view read =
        std::string_view(meant.text).substr(edit.begin, edit.end - edit.begin);
    const std::size_t begin = meant.offsets[edit.begin];
    const std::size_t end = meant.offsets[edit.end];
    const std::string_view raw = text.substr(begin, end - begin);
    if (raw != read) edit.text = respelled(edit.text, raw);
    edit.begin = begin;
    edit.end = end;
  }
  return edits;
}

std::vector<Edit> Rewriter::walk(std::string_view text, const Layer* layer, unsigned depth) {
  Scan scan;
  scan.text = text;
  scan.layer = layer;
  scan.depth = depth;
  // What is not looked for lies behind the end.
  if (depth < kMaxDepth)
    scan.find_escape();
  else
    scan.escape = scan.escape_token = text.size();
  scan.chpasswd = holds_chpasswd(text);
  if (scan.chpasswd) scan.waking_end = text.size();
  scan.find_angle();
  scan.places = find_places(text);
  scan.remembers =
      all_clues_ == 0 && layer == nullptr && depth == 0 && !scan.chpasswd && !resolver_.teaches();
  // What is known of other payloads was not read for the names of this one.
  if (scan.remembers && words_came_ && &words() == words_) resolver_.recall();
  while (pass_over(scan)) step(scan);
  return std::move(scan.edits);
}

void Rewriter::Scan::find_escape() {
  escape = text.find('%', at);
  while (escape < text.size() && !is_escape(text, escape)) escape = text.find('%', escape + 1);
  escape = std::min(escape, text.size());
  escape_token = escape;
  while (escape_token > at && !ends_token(text[escape_token - 1])) --escape_token;
}

std::vector<Edit> Rewriter::find_guarded(std::string_view text) const {
  std::vector<Edit> found;
  for (const Secret& secret : guarded_) {
    const std::string_view value = secret.expose();
    for (std::size_t at = text.find(value); at != std::string_view::npos;
         at = text.find(value, at + value.size()))
      found.push_back({at, at + value.size(), "[secret:guarded]", {Finder::kGuarded}});
  }
  std::sort(found.begin(), found.end(),
            [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  // Of two that overlap one covers both.
  std::vector<Edit> out;
  for (Edit& edit : found) {
    if (!out.empty() && edit.begin < out.back().end) {
      out.back().end = std::max(out.back().end, edit.end);
    } else {
      out.push_back(std::move(edit));
    }
  }
  return out;
}

/// Whether a recognizer may find something at this punctuation.
inline bool is_mark(std::string_view text, std::size_t at) {
  const char next = byte_at(text, at + 1);
  switch (text[at]) {
    case '-': return next == '-' && byte_at(text, at + 2) == '-';
    case ':': return next == ':';
    case '$': return is_word_char(next);
    case '{': return next == 'S';
    case '(': return next == '0' && is_digit(byte_at(text, at + 2));
    case '+': return is_digit(next) && (next != '0' || text.substr(at, 4) == "+00 ");
    case '[': return next == 's' || ((at == 0 || text[at - 1] == '\n') && !opens_number(text, at));
    default: return false;
  }
}

/// snap_vm-100-disk-0_NAME, as LVM has the snapshot of a volume: what stands before its name.
std::size_t snapshot_head(std::string_view value) {
  constexpr std::string_view kSnapshot = "snap_vm-";
  constexpr std::string_view kDisk = "-disk-";
  if (!value.starts_with(kSnapshot)) return 0;
  std::size_t at = value.find(kDisk);
  if (at == std::string_view::npos) return 0;
  at += kDisk.size();
  while (is_digit(byte_at(value, at))) ++at;
  return byte_at(value, at) == '_' ? at + 1 : 0;
}

/// Moves over what shows no clue, to where a recognizer is to be asked; false at the end.
bool Rewriter::pass_over(Scan& scan) {
  const std::string_view text = scan.text;
  // Behind an edit within a run the rest of the run is read word by word.
  std::size_t at = scan.at;
  if (scan.note.open && at >= scan.note.word.end) close_note(scan, at);
  if (at < scan.run_end || (at > 0 && is_word_char(text[at - 1]))) return at < text.size();
  while (at < text.size()) {
    scan.at = at;
    // The lines of a firewall's aliases are names by their place.
    if (at >= scan.waking_end && at < scan.aliases_end) scan.waking_end = scan.aliases_end;
    if (scan.remembers) scan.at = at = recall(scan, at);
    if (at >= scan.waking_end && all_clues_ == 0) {
      // What may be a name before an address in angle brackets is read word by word.
      if (scan.angle < at) scan.find_angle();
      const std::size_t limit = std::min({scan.escape_token, scan.angle_name, scan.place_begin()});
      const Triggers::Waking waking =
          dictionary_.triggers().sieve(text, at, limit, scan.window, resolver_.prints());
      at = std::min(waking.begin, std::max(at, limit));
      const bool named = at >= scan.angle_name;
      scan.waking_end = at < limit ? std::min(waking.end, limit) : named ? scan.angle + 1 : at;
    }
    scan.at = at;
    if (at >= text.size() || at >= scan.escape_token || at >= scan.place_begin()) break;
    if (!is_word_char(text[at])) {
      if (is_mark(text, at)) break;
      ++at;
      continue;
    }
    begin_run(scan);
    if (scan.clues != 0) return true;
    at = scan.run_end;
  }
  scan.at = at;
  return at < text.size();
}

/// Who signs with two names is called by one.
void Rewriter::announce_parts(std::string_view name) {
  constexpr std::size_t kShortest = 4;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t end = std::min(name.find(' ', at), name.size());
    const std::string_view part = name.substr(at, end - at);
    if (part.size() >= kShortest && is_name(part, Kind::kPerson)) resolver_.announce(part);
    at = end + 1;
  }
}

std::size_t Rewriter::Scan::told_begin() {
  while (!told.empty() && told.front().begin < at) told.erase(told.begin());
  return told.empty() ? text.size() : told.front().begin;
}

Place Rewriter::Scan::take_place() {
  const std::size_t begin = place_begin();
  if (told.empty() || told.front().begin > begin) return places[next_place++];
  const Place place = told.front();
  told.erase(told.begin());
  return place;
}

/// A value that stands where the form of its line says so.
bool Rewriter::at_place(Scan& scan) {
  if (scan.place_begin() != scan.at || scan.at >= scan.text.size()) return false;
  Place place = scan.take_place();
  place.begin += snapshot_head(scan.text.substr(place.begin, place.end - place.begin));
  if (place.begin >= place.end) return false;
  const std::string_view value = scan.text.substr(place.begin, place.end - place.begin);
  if (holds_own(value) || is_volume_name(value)) return false;
  if (scheme_.read_name(scan.text, place.begin)) return false;  // it ends within a pseudonym
  announce_name(value, place.rule);
  if (place.rule.kind == Kind::kPerson) announce_parts(value);
  std::vector<Edit> edits = placed_field(value, place.rule);
  if (edits.empty() && place.rule.treatment != Treatment::kKeep) return false;
  for (Edit& edit : edits) scan.place(place.begin, std::move(edit));
  return scan.skip(place.end);
}

void Rewriter::step(Scan& scan) {
  const char c = scan.text[scan.at];
  const std::size_t first = scan.edits.size();
  if (signed_by(Finder::kLineForm, scan, first, at_place(scan))) return;
  // A flag's secret may look like an escape; without its command it could not be told.
  if (scan.at >= scan.escape_token && !ends_token(c) && !follows_command(scan) &&
      percent_token(scan))
    return;
  if (!is_word_char(c)) {
    if (!at_punctuation(scan)) ++scan.at;
    return;
  }
  const char before = scan.at > 0 ? scan.text[scan.at - 1] : ' ';
  if (!is_word_char(before)) {
    if (scan.at >= scan.run_end) begin_run(scan);
    if (scan.at == scan.run_begin && at_run(scan)) return;
    if (at_word(scan)) return;
  }
  // Behind an edit that ended within a word nothing is known of what follows.
  const bool named = scan.at >= scan.run_end || (scan.clues & clue::kName) != 0;
  if (named && is_edge(before, c) &&
      signed_by(Finder::kDictionary, scan, first, dictionary_name(scan)))
    return;
  scan.at = part_end(scan.text, scan.at);
}

/// Clues that a run shows by its place and length, and by what its last part wakes.
std::uint32_t Rewriter::place_clues(const Scan& scan, std::uint32_t last) const {
  const std::string_view text = scan.text;
  const std::string_view run = text.substr(scan.run_begin, scan.run_end - scan.run_begin);
  const char after = byte_at(text, scan.run_end);
  std::uint32_t clues = 0;
  if (may_be_file_line(scan, last)) clues |= clue::kLine;
  if (may_be_flag(scan)) clues |= clue::kFlag;
  if (may_be_device(run) || (after == ' ' && text.substr(scan.run_end, 3) == " (3"))
    clues |= clue::kDevice;
  if ((after == ' ' || after == '[' || after == ':') && may_announce_login(run))
    clues |= clue::kLogin;
  if (after == ':' && equals_folded(run, "number")) clues |= clue::kDevice;
  if (scan.chpasswd && after == ':') clues |= clue::kPair;
  if (after == ':' && run.size() >= 8 && run.size() <= 10 && is_digit(run.front()))
    clues |= clue::kTicket;
  if (after == '/' && names_volume(text, scan.run_end + 1)) clues |= clue::kParent;
  if (scan.depth < kMaxDepth && may_be_blob(text.substr(scan.run_begin))) clues |= clue::kBlob;
  if (may_be_long_base64(text, scan.run_begin) &&
      (may_be_machine_key(text, scan.run_begin) || random_end(text, scan.run_begin) > 0))
    clues |= clue::kBlob;
  return clues;
}

void Rewriter::begin_run(Scan& scan) {
  const Run run = dictionary_.triggers().read_run(scan.text, scan.at, resolver_.prints());
  scan.run_begin = run.begin;
  scan.run_end = run.end;
  scan.run_dotted = run.dotted;
  scan.clues = run.clues | all_clues_ | place_clues(scan, run.last);
  if (scan.angle < scan.at) scan.find_angle();
  if (scan.angle < scan.text.size() && run.end > scan.angle_name) scan.clues |= clue::kDisplayName;
  // Alone a pseudonym asks nobody: it stays.
  if (scan.clues != 0 && run.digits) scan.clues |= clue::kOwn;
  scan.note.any_digits = scan.note.any_digits && scan.clues == 0 && run.any_digits;
  if (scan.note.open && run.end == scan.note.word.end) note_behind(scan, run);
}

template <std::size_t N>
bool Rewriter::ask(Scan& scan, const Recognizer (&recognizers)[N]) {
  const std::size_t first = scan.edits.size();
  for (const Recognizer& recognizer : recognizers) {
    if ((scan.clues & recognizer.clue) == 0) continue;
    if (recognizer.reach == Reach::kBeyond) scan.looks_beyond();
    if ((this->*recognizer.find)(scan)) return signed_by(recognizer.finder, scan, first, true);
  }
  return false;
}

void Rewriter::sign(std::vector<Edit>& edits, std::size_t first, Reason reason) {
  for (std::size_t i = first; i < edits.size(); ++i)
    if (edits[i].reason.finder == Finder::kNobody) edits[i].reason = reason;
}

bool Rewriter::signed_by(Finder finder, Scan& scan, std::size_t first, bool found) {
  if (!found) return false;
  sign(scan.edits, first, {finder});
  for (std::size_t i = first; i < scan.edits.size(); ++i) {
    Reason& reason = scan.edits[i].reason;
    if (reason.finder == Finder::kField && reason.rule.empty()) reason.rule = scan.key;
  }
  return true;
}

bool Rewriter::at_run(Scan& scan) {
  static constexpr Recognizer kRecognizers[] = {
      {clue::kLine, &Rewriter::file_line, Finder::kFileLine, Reach::kTold},
      {clue::kUpid, &Rewriter::upid, Finder::kUpid, Reach::kWord},
      {clue::kCue, &Rewriter::cue, Finder::kCommand, Reach::kTold},
      {clue::kCue, &Rewriter::numbered_token, Finder::kSecretForm, Reach::kWord},
      {clue::kPhrase | clue::kMarkedPhrase, &Rewriter::phrase, Finder::kLineForm, Reach::kTold},
      {clue::kCue, &Rewriter::hinted_person, Finder::kHint, Reach::kTold},
      {clue::kCue, &Rewriter::backup_phrase, Finder::kContext, Reach::kTold},
      {clue::kTicket, &Rewriter::ticket, Finder::kTicket, Reach::kBeyond},
      {clue::kTicket, &Rewriter::spice_host, Finder::kTicket, Reach::kBeyond},
      {clue::kTicket, &Rewriter::system_credential, Finder::kSecretForm, Reach::kBeyond},
      {clue::kBlob, &Rewriter::machine_key, Finder::kSecretForm, Reach::kWord},
      {clue::kFlag, &Rewriter::command_flag, Finder::kCommand, Reach::kBeyond},
      {clue::kCue, &Rewriter::config_secret, Finder::kCommand, Reach::kTold},
      {clue::kCue, &Rewriter::command_argument, Finder::kCommand, Reach::kTold},
      {clue::kPair, &Rewriter::password_pair, Finder::kCommand, Reach::kBeyond},
      {clue::kLogin, &Rewriter::login_name, Finder::kLogin, Reach::kBeyond},
      {clue::kDevice, &Rewriter::multipath_alias, Finder::kDevice, Reach::kTold},
      {clue::kMark, &Rewriter::mapped_volume, Finder::kVolume, Reach::kWord},
      {clue::kParent, &Rewriter::volume_parent, Finder::kVolume, Reach::kWord},
      {clue::kPhone, &Rewriter::announced_phone, Finder::kPhone, Reach::kBeyond},
      {clue::kField, &Rewriter::key_value, Finder::kField, Reach::kTold},
      {clue::kUrl, &Rewriter::url_credentials, Finder::kUrl, Reach::kWord},
      {clue::kUrl, &Rewriter::export_host, Finder::kUrl, Reach::kWord},
      {clue::kVolume, &Rewriter::volume, Finder::kVolume, Reach::kWord},
      {clue::kSecret, &Rewriter::secret_shape, Finder::kSecretForm, Reach::kTold},
      {clue::kBlob, &Rewriter::blob, Finder::kEncoded, Reach::kWord}};
  return ask(scan, kRecognizers);
}

bool Rewriter::at_word(Scan& scan) {
  static constexpr Recognizer kRecognizers[] = {
      {clue::kOwn, &Rewriter::own_pseudonym, Finder::kUserId, Reach::kTold},
      {clue::kSecret, &Rewriter::job_id, Finder::kDevice, Reach::kWord},
      {clue::kDisplayName, &Rewriter::display_name, Finder::kMailName, Reach::kBeyond},
      {clue::kSecret, &Rewriter::secret_shape, Finder::kSecretForm, Reach::kTold},
      {clue::kDevice | clue::kCue, &Rewriter::device, Finder::kDevice, Reach::kTold},
      {clue::kAddress, &Rewriter::address, Finder::kAddress, Reach::kTold},
      {clue::kUserId, &Rewriter::user_id, Finder::kUserId, Reach::kTold},
      {clue::kDomain, &Rewriter::fqdn, Finder::kDomain, Reach::kWord},
      {clue::kOrganisation, &Rewriter::organisation, Finder::kOrganisation, Reach::kTold},
      {clue::kContext, &Rewriter::in_context, Finder::kContext, Reach::kTold}};
  return ask(scan, kRecognizers);
}

bool Rewriter::at_punctuation(Scan& scan) {
  if (!is_mark(scan.text, scan.at)) return false;
  const std::size_t first = scan.edits.size();
  const char mark = scan.text[scan.at];
  const bool own = mark == '[' && placeholder_end(scan.text, scan.at) > scan.at;
  scan.note.any_digits = false;
  if (mark != ':' && !own) scan.looks_beyond();
  switch (mark) {
    case '-': return signed_by(Finder::kPem, scan, first, pem(scan));
    case ':': return signed_by(Finder::kAddress, scan, first, ipv6(scan));
    case '$':
    case '{': return signed_by(Finder::kSecretForm, scan, first, hash_shape(scan));
    case '(':
    case '+': return signed_by(Finder::kPhone, scan, first, phone(scan));
    case '[':
      return placeholder(scan) || signed_by(Finder::kFileLine, scan, first, section_bracket(scan));
    default: return false;
  }
}

Edit Rewriter::escaped_edit(const Edit& edit, const Layer& layer, std::string_view text,
                            std::size_t begin) {
  const std::size_t from = begin + layer.offsets[edit.begin];
  const std::size_t to = begin + layer.offsets[edit.end];
  const std::string_view raw = text.substr(from, to - from);
  const std::string_view read =
      std::string_view(layer.text).substr(edit.begin, edit.end - edit.begin);
  // Addresses are escaped as they were; of what has an entry each spelling has its own.
  const bool own_entry = resolver_.ledger().by_pseudonym(lower(edit.text)) != nullptr;
  if (raw == read) return {from, to, encoded_like(edit.text, raw), edit.reason};
  if (!own_entry && raw == percent_encode(read))
    return {from, to, percent_encode(edit.text), edit.reason};
  return {from, to, percent_encode(respelled(edit.text, raw)), edit.reason};
}

/// The token at [begin, end) as it is meant. A known name with blanks that begins in it is part of
/// it: "%3AAcme Widgets".
Layer Rewriter::token_layer(std::string_view text, std::size_t begin, std::size_t& end) const {
  constexpr std::size_t kReach = 64;
  Layer layer = percent_layer(text.substr(begin, end - begin));
  if (byte_at(text, end) != ' ') return layer;
  const std::size_t seam = layer.text.size();
  const std::string joined = layer.text + std::string(text.substr(end, kReach));
  std::size_t stop = seam;
  for (std::size_t at = seam - std::min(seam, kReach); at < seam; ++at)
    if (is_word_char(joined[at]) && (at == 0 || is_edge(joined[at - 1], joined[at])))
      stop = std::max(stop, dictionary_.longest_at(joined, at).end);
  if (stop == seam) return layer;
  end += stop - seam;
  while (end < text.size() && !ends_token(text[end])) ++end;
  return percent_layer(text.substr(begin, end - begin));
}

bool Rewriter::percent_token(Scan& scan) {
  if (scan.escape < scan.at) {
    scan.find_escape();
    if (scan.at < scan.escape_token) return false;
  }
  if (scan.escape >= scan.text.size()) return false;
  const std::size_t begin = scan.at;
  std::size_t end = scan.escape;
  while (end < scan.text.size() && !ends_token(scan.text[end])) ++end;
  const Layer layer = token_layer(scan.text, begin, end);
  const auto edits = scan_layer(layer.text, &layer, scan.depth + 1);
  for (const Edit& edit : edits) scan.edits.push_back(escaped_edit(edit, layer, scan.text, begin));
  return scan.skip(end);
}

bool Rewriter::ipv6(Scan& scan) {
  const auto found = read_ipv6(scan.text, scan.at);
  if (!found) return false;
  std::size_t tail = found->end;
  while (byte_at(scan.text, tail) == '.' && is_digit(byte_at(scan.text, tail + 1)))
    for (++tail; is_digit(byte_at(scan.text, tail));) ++tail;
  const std::string_view behind = scan.text.substr(found->end, tail - found->end);
  // One number behind a dot is the port of a captured packet.
  const bool dotted = std::count(behind.begin(), behind.end(), '.') > 1;
  if (dotted) {
    // ::ffff:10.1.2.3: the groups stay, the dotted part is read on its own. A real prefix before a
    // dotted part (NAT64) is rare: the whole is a name.
    if (is_kept_ipv6(found->groups)) return scan.skip(scan.at + 1);
    std::size_t end = found->end;
    while (is_digit(byte_at(scan.text, end)) ||
           (byte_at(scan.text, end) == '.' && is_digit(byte_at(scan.text, end + 1))))
      ++end;
    return scan.replace(scan.at, end,
                        resolver_.name(Kind::kName, scan.text.substr(scan.at, end - scan.at)));
  }
  if (const auto text = resolver_.ipv6(*found)) return scan.replace(scan.at, found->end, *text);
  return scan.skip(found->end);
}

/// Behind a % the digits of a pseudonymous address would be read as an escape, so it is a name.
bool Rewriter::escaped_address(Scan& scan) {
  if (scan.at == 0 || scan.text[scan.at - 1] != '%') return false;
  const auto ipv4 = read_ipv4(scan.text, scan.at);
  const auto mac = read_mac(scan.text, scan.at);
  const auto ipv6 = read_ipv6(scan.text, scan.at);
  const bool open = (ipv4 && resolver_.ipv4(ipv4->value)) || (mac && resolver_.mac(*mac)) ||
                    (ipv6 && resolver_.ipv6(*ipv6)) || is_uuid_at(scan.text, scan.at);
  if (!open) return false;
  const std::size_t end = ipv4 ? ipv4->end : mac ? mac->end : ipv6 ? ipv6->end : scan.at + 36;
  const FreeText free(resolver_);
  return scan.replace(scan.at, end,
                      resolver_.name(Kind::kName, scan.text.substr(scan.at, end - scan.at)));
}

/// 10.1.2.*: all addresses of a block.
bool Rewriter::ipv4_pattern(Scan& scan) {
  const std::string_view text = scan.text;
  std::size_t end = scan.at;
  while (is_digit(byte_at(text, end)) || (byte_at(text, end) == '.' && end - scan.at < 13)) ++end;
  if (byte_at(text, end) != '*' || text[end - 1] != '.' || is_run_char(byte_at(text, end + 1)))
    return false;
  const auto block = read_ipv4(std::string(text.substr(scan.at, end - scan.at)) + '0', 0);
  if (!block || (scan.at > 0 && is_run_char(text[scan.at - 1]))) return false;
  const auto out = resolver_.ipv4(block->value);
  if (!out) return scan.skip(end);
  const bool address = is_digit(out->front());
  if (!address) return scan.replace(scan.at, end + 1, *out);
  return scan.replace(scan.at, end, out->substr(0, out->size() - 1));
}

/// A subnet of an SDN zone, zone-10.1.2.0-24: no revision of a package is as large.
bool is_subnet_id(std::string_view text, std::size_t begin, std::size_t end) {
  if (begin == 0 || text[begin - 1] != '-' || byte_at(text, end) != '-') return false;
  const char tens = byte_at(text, end + 1);
  return tens >= '1' && tens <= '3' && is_digit(byte_at(text, end + 2)) &&
         !is_run_char(byte_at(text, end + 3));
}

/// 4.3.2.1.in-addr.arpa, and the nibbles of ip6.arpa: one name.
bool Rewriter::reverse_name(Scan& scan) {
  if (scan.at != scan.run_begin || !scan.run_dotted) return false;
  std::string_view run = scan.text.substr(scan.at, scan.run_end - scan.at);
  while (run.ends_with('.')) run.remove_suffix(1);
  if (!run.ends_with(".in-addr.arpa") && !run.ends_with(".ip6.arpa")) return false;
  // 249.1.2.3.in-addr.arpa only looks like a pseudonym: its numbers stand in reverse.
  const bool reversed = is_digit(run.front()) && run.ends_with(".in-addr.arpa");
  if (!is_hex(run.front()) || (!reversed && holds_own(run))) return false;
  return scan.replace(scan.at, scan.at + run.size(), resolver_.name(Kind::kHost, run));
}

/// IP-MIB::ipAdEntAddr.10.1.2.3: the index of a row of SNMP that is an address.
bool Rewriter::indexed_address(Scan& scan) {
  const std::string_view text = scan.text;
  const std::size_t begin = scan.run_begin;
  if (scan.at < begin + 3 || text[scan.at - 1] != '.' || begin < 2) return false;
  const bool object =
      text.substr(begin - 2, 2) == "::" &&
      std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                  text.begin() + static_cast<std::ptrdiff_t>(scan.at - 1), is_letter);
  const auto ipv4 = object ? read_ipv4(text.substr(scan.at), 0) : std::nullopt;
  if (!ipv4 || scan.at + ipv4->end != scan.run_end) return false;
  const auto out = resolver_.ipv4(ipv4->value);
  return out ? scan.replace(scan.at, scan.run_end, *out) : scan.skip(scan.run_end);
}

bool Rewriter::address(Scan& scan) {
  if (escaped_address(scan) || reverse_name(scan)) return true;
  const char c = scan.text[scan.at];
  const std::string_view text = scan.text;
  if (is_hex(c)) {
    if (is_uuid_at(text, scan.at)) {
      const auto uuid = resolver_.uuid(text.substr(scan.at, 36));
      return uuid ? scan.replace(scan.at, scan.at + 36, *uuid) : scan.skip(scan.at + 36);
    }
    const std::size_t pairs = hex_pairs_at(text, scan.at);
    if (pairs >= 16) {
      const std::size_t end = scan.at + pairs * 3 - 1;
      return scan.replace(scan.at, end, "[secret:fingerprint]");
    }
    // A DHCP client's id: the kind of its network and its MAC.
    if (pairs == 7 && text[scan.at] == '0' && text[scan.at + 1] == '1')
      if (const auto mac = read_mac(text.substr(scan.at + 3), 0); mac && resolver_.mac(*mac))
        return scan.replace(scan.at + 3, scan.at + 3 + mac->end, *resolver_.mac(*mac));
    if (const auto mac = read_mac(text, scan.at, is_frame_mac(text, scan.at, pairs))) {
      const std::size_t begin = scan.at;
      const auto out = resolver_.mac(*mac);
      if (out) scan.replace(begin, mac->end, *out);
      return leased_name(scan, begin, mac->end) || scan.skip(mac->end);
    }
    const std::size_t begin = scan.at;
    if (ipv6(scan)) {
      if (scan.at > begin + 1) name_beside(scan, begin, scan.at);
      return true;
    }
  }
  if (!is_digit(c)) return false;
  if (ipv4_pattern(scan) || indexed_address(scan)) return true;
  const auto ipv4 = is_packet_address(text, scan.at) ? read_ipv4_with_port(text, scan.at)
                                                     : read_ipv4(text, scan.at);
  if (!ipv4) return false;
  if (!is_private_ipv4(ipv4->value)) {
    if (!is_kept_ipv4(ipv4->value)) scan.looks_beyond();
    // Large numbers that are an address elsewhere are one here, too.
    const bool may_be = is_small_version(text, scan.at, ipv4->end) ||
                        resolver_.ledger().by_real(ipv4_block_key(ipv4->value)) == nullptr;
    if (may_be && is_version(text, scan.at, ipv4->end) && !is_subnet_id(text, scan.at, ipv4->end))
      return scan.skip(ipv4->end);
  }
  const std::size_t begin = scan.at;
  const auto out = resolver_.ipv4(ipv4->value);
  if (out) scan.replace(begin, ipv4->end, *out);
  return name_beside(scan, begin, ipv4->end) || scan.skip(ipv4->end);
}

}  // namespace pmx::anonymize
