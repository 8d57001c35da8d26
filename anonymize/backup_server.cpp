// What a backup server writes: the objects of its tasks, repositories, and messages that name
// datastores, remotes and namespaces.
#include <algorithm>
#include <iterator>

#include "anonymize/clues.h"
#include "anonymize/rewrite.h"
#include "anonymize/rules/cues.h"
#include "anonymize/word_set.h"

namespace pmx::anonymize {
namespace {

std::size_t run_from(std::string_view text, std::size_t at) {
  while (at < text.size() && is_run_char(text[at])) ++at;
  return at;
}

/// The end of names at `at` with ':' and '/' between them.
std::size_t parts_end(std::string_view text, std::size_t at) {
  while (at < text.size() && (is_run_char(text[at]) || text[at] == ':' || text[at] == '/')) ++at;
  return at;
}

/// "vm-100", "ct/100": a guest's backups say nothing. What "host-x" backs up does.
std::size_t group_head(std::string_view part) {
  return part.starts_with("host-") ? std::string_view("host-").size() : 0;
}

}  // namespace

void add_backup_words(Triggers& triggers) {
  for (const std::string_view noun : rules::cues::kStoreNouns) triggers.add_word(noun, clue::kCue);
  triggers.add_word("repository", clue::kField);
}

/// The names in text[begin, end) with ':' and '/' between them: "store:vm-100", and from a `remote`
/// "remote:store:store:namespace:job".
void Rewriter::store_parts(Scan& scan, std::size_t begin, std::size_t end, bool remote) {
  for (std::size_t number = 0; begin < end; ++number) {
    const std::size_t stop = std::min(scan.text.find_first_of(":/", begin), end);
    const std::string_view part = scan.text.substr(begin, stop - begin);
    const bool store = remote ? number == 1 || number == 2 : number == 0;
    const std::size_t from = begin + (store ? 0 : group_head(part));
    const bool numbered = part.starts_with("vm-") || part.starts_with("ct-");
    if (numbered || !placed_name(scan, from, stop, store ? Kind::kStorage : Kind::kName))
      for (Edit& edit : scan_layer(part, nullptr, scan.depth + 1))
        scan.place(begin, std::move(edit));
    begin = stop + 1;
  }
}

/// What the task of a UPID works on, from `begin` on: its parts have colons between them, and the
/// user behind it has an "@". Moves behind it.
std::size_t Rewriter::task_parts(Scan& scan, std::size_t begin, bool remote) {
  std::size_t end = begin;
  for (std::size_t at = begin; at < scan.text.size();) {
    std::size_t stop = parts_end(scan.text, at);
    stop = std::min(stop, scan.text.find(':', at));
    if (byte_at(scan.text, stop) != ':') break;
    end = stop;
    at = stop + 1;
  }
  store_parts(scan, begin, end, remote);
  return end;
}

/// "datastore 'x' from 'remote/y'", "datastore sync job 'remote:x:y::id'", "on store x".
bool Rewriter::backup_phrase(Scan& scan) {
  const std::string_view text = scan.text;
  const std::string_view run = text.substr(scan.at, scan.run_end - scan.at);
  if (scan.at != scan.run_begin || byte_at(text, scan.run_end) != ' ' ||
      !is_one_of(run, rules::cues::kStoreNouns))
    return false;
  scan.looks_beyond();
  std::size_t at = scan.run_end + 1;
  bool remote = run == "remote";
  for (const std::string_view job : {"sync job ", "verify job ", "prune job "}) {
    if (!text.substr(at).starts_with(job)) continue;
    remote = job.starts_with("sync");
    at += job.size();
  }
  const char mark = byte_at(text, at);
  if (mark != '\'' && mark != '"') {
    const bool on = scan.at >= 3 && text.substr(scan.at - 3, 3) == "on ";
    std::size_t end = run_from(text, at);
    while (end > at && !is_word_char(text[end - 1])) --end;
    return on && end > at && placed_name(scan, at, end, Kind::kStorage);
  }
  const std::size_t end = parts_end(text, at + 1);
  if (byte_at(text, end) != mark || end == at + 1) return false;
  store_parts(scan, at + 1, end, remote);
  constexpr std::string_view kFrom = "' from '";
  const std::size_t from = end + kFrom.size();
  const std::size_t stop = parts_end(text, from);
  if (!text.substr(end).starts_with(kFrom) || byte_at(text, stop) != '\'') return scan.skip(end);
  store_parts(scan, from, stop, true);
  return scan.skip(stop);
}

/// host:datastore, perhaps with a port between them; what is no host has a pass of its own.
bool Rewriter::repository_host(Scan& scan, std::size_t from) {
  const std::string_view text = scan.text;
  std::size_t stop = from;
  if (byte_at(text, from) == '[') {  // an IPv6 address
    stop = std::min(text.find_first_of("] \n", from), text.size());
    if (byte_at(text, stop) != ']') return false;
    ++stop;
  } else {
    stop = run_from(text, from);
  }
  const std::size_t host = stop;
  if (host == from || byte_at(text, stop) != ':') return false;
  std::size_t port = stop + 1;
  while (is_digit(byte_at(text, port))) ++port;
  if (port > stop + 1 && byte_at(text, port) == ':') stop = port;
  std::size_t end = run_from(text, stop + 1);
  while (end > stop && !is_word_char(text[end - 1])) --end;
  if (!is_letter(byte_at(text, stop + 1))) return false;
  const bool dotted = text.substr(from, host - from).find('.') != std::string_view::npos;
  if (dotted || !placed_name(scan, from, host, Kind::kHost))
    for (Edit& edit : scan_layer(text.substr(from, host - from), nullptr, scan.depth + 1))
      scan.place(from, std::move(edit));
  return placed_name(scan, stop + 1, end, Kind::kStorage) || scan.skip(end);
}

/// PBS_REPOSITORY=host:datastore, --repository host:datastore. Behind a user's "@" user_id() reads
/// it.
bool Rewriter::repository(Scan& scan, std::size_t from) {
  const std::string_view text = scan.text;
  const std::size_t stop = run_from(text, from);
  if (from == 0 || (stop == from && byte_at(text, from) != '[')) return false;
  if (byte_at(text, stop) == '@' || text.substr(stop, 3) == "://" || byte_at(text, stop) == '/')
    return false;
  if (repository_host(scan, from)) return true;
  const std::string_view run = text.substr(scan.run_begin, scan.run_end - scan.run_begin);
  return run == "PBS_REPOSITORY" && byte_at(text, stop) != ':' &&
         placed_name(scan, from, stop, Kind::kStorage);
}

}  // namespace pmx::anonymize
