// The privacy engine: real text in, pseudonymized text out, and exact pseudonyms back.
//
// Pure: no I/O but through Mapping. Thread-safe. Every function fails closed: on any Error nothing
// may be sent. What another process issued is known here from its commit on: each function but
// guard_secret() takes it in first (pseudonym(): before it issues anything). The same holds for an
// epoch that was begun: what is written from then on is written under its subkey alone.
//
//   PMX_TRY(auto engine, Engine::open(key, mapping));
//   PMX_TRY_VOID(engine->learn({{Kind::kNode, "pve-muc-01"}}));
//   PMX_TRY(auto safe, engine->anonymize_json(R"({"node":"pve-muc-01"})"));   //
//   {"node":"node-k3x9q2f"} PMX_TRY(auto real, engine->restore("node-k3x9q2f", "pve-node")); //
//   pve-muc-01
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/explain.h"
#include "anonymize/kind.h"
#include "anonymize/mapping.h"
#include "anonymize/policy.h"
#include "base/result.h"
#include "base/secret.h"

namespace pmx::anonymize {

/// A value known to be sensitive, with its kind.
struct Name {
  Kind kind{};
  std::string value;
};

/// The names that rows of a map stand for, as learn() takes them; addresses need no learning.
std::vector<Name> names_of(std::span<const MapRow> rows);

/// Names that a text announces; resolve.h.
struct PayloadNames;

/// A part of a text that is read with what stands around it.
struct Part {
  std::string_view text;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What a part came to.
struct Window {
  std::string text;
  std::size_t end = 0;  ///< of what `text` stands for: the part's, or that of a value over it
  bool open = false;    ///< it ends with a value of which no end is known
  Explanation explanation;
};

/// What a typed value is to this installation as it stands.
enum class Standing {
  kShown,    ///< a pseudonym of ours, or a value that stays readable
  kHidden,   ///< a real name of such an object, which answers show by its pseudonym only
  kUnknown,  ///< neither
};

/// Whether `head` may be the beginning of one JSON document, or all of it.
bool begins_document(std::string_view head);

class Engine {
 public:
  using PolicyPtr = std::shared_ptr<const Policy>;

  /// `key`: the installation's 32 bytes. `mapping` outlives the engine. `policy`: what the operator
  /// wants otherwise, or nothing; the same for all processes of an installation.
  static Result<std::unique_ptr<Engine>> open(const Secret& key, Mapping& mapping,
                                              PolicyPtr policy = {});

  /// For one session: a subkey of `key` for the session's id, and a map in memory that ends with
  /// the engine. No pseudonym of one session tells anything of those of another.
  static Result<std::unique_ptr<Engine>> open_session(const Secret& key, std::string_view session,
                                                      PolicyPtr policy = {});

  /// For one text that others are going to read: a fresh key that nobody keeps and a map in memory.
  /// What it writes can be joined with nothing, and nobody can undo it.
  static Result<std::unique_ptr<Engine>> open_one_time(PolicyPtr policy = {});

  ~Engine();

  /// Adds names to the dictionary and issues their pseudonyms. Already known names cost nothing.
  Result<void> learn(std::span<const Name> names);

  /// Registers a secret this process holds (API token, ticket, password): replaced wherever it
  /// appears, and a hit of the leak check.
  void guard_secret(const Secret& secret);

  /// Free text: logs, notes, messages. `explanation`, when given, is told what was replaced.
  Result<std::string> anonymize_text(std::string_view text, Explanation* explanation = nullptr);

  /// A part of a longer text whose other parts announced `names`; see TextStream.
  Result<Window> anonymize_part(const Part& part, PayloadNames& names, bool explain);

  /// Text for our own log: what has a pseudonym gets it, what has none is masked and stays unknown.
  /// So nothing that a client chose leaves a trace in the map. kInternal when the second look finds
  /// something.
  Result<std::string> mask(std::string_view text);

  /// A JSON document, edited in place: key order, number spelling, whitespace stay. Name-typed
  /// fields (node, storage, ...) teach the dictionary before anything is replaced.
  Result<std::string> anonymize_json(std::string_view json, Explanation* explanation = nullptr);

  /// Takes in what other processes did. Who is going to ask for many pseudonym()s does this first,
  /// for they look at nothing but this process until one has to be issued.
  Result<void> refresh();

  /// The pseudonym of one value of a known kind, issued if new; kept values (localhost, root,
  /// local) as they are.
  Result<std::string> pseudonym(Kind kind, std::string_view value);

  /// Second look at bytes about to leave: kInternal with type and count of what was found, never
  /// the value.
  Result<void> check(std::string_view bytes);

  /// One typed inbound argument. `format` is the JSON Schema format of the argument: pve-node,
  /// pve-guest, pve-storage-id, pve-poolid, pve-userid, pve-realm, pve-tokenid, pve-tag, pve-upid,
  /// pve-volume-id, pve-cluster, ip, mac-addr, email. An exact pseudonym becomes its real value;
  /// what is no pseudonym stays; a damaged, unknown or wrong-kind pseudonym is kInvalidArgument,
  /// and so is one of an epoch whose grace period is over.
  /// Surrounding quotes, backticks and case slips are forgiven.
  Result<std::string> restore(std::string_view value, std::string_view format);

  /// Whether a typed inbound argument that restore() takes is a guess, and a right one. A VMID is
  /// always shown. A value made of parts (a UPID, a user, a volume, an address) is shown when each
  /// part is, and else unknown: never hidden.
  Result<Standing> standing(std::string_view value, std::string_view format);

  /// All rows of the map.
  Result<std::vector<MapRow>> issued();

  /// Every pseudonym in free text to its real value, for the operator's own eyes only (`proxmox-mpc
  /// reveal`). `explanation`, when given, is told what was restored, and what was not and why.
  Result<std::string> reveal(std::string_view text, Explanation* explanation = nullptr);

 private:
  class Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pmx::anonymize
