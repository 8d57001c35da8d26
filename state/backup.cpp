#include "state/backup.h"

#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/crypto.h"
#include "base/files.h"
#include "state/database.h"
#include "state/migrations.h"
#include "state/sqlite.h"

namespace pmx::state {
namespace {

constexpr const char* kCreateTable =
    "CREATE TABLE backup (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT, WITHOUT ROWID";

/// A file beside its final place, removed unless it was moved there.
class Draft {
 public:
  static Result<Draft> make(const std::string& final_path) {
    Draft draft(final_path + "." + crypto::hex(crypto::random_bytes(6)) + ".part");
    PMX_TRY_VOID(create_private_file(draft.path_, ""));  // for the mode; SQLite fills it
    return draft;
  }
  explicit Draft(std::string path) : path_(std::move(path)) {}
  Draft(Draft&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Draft& operator=(Draft&&) = delete;
  ~Draft() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  [[nodiscard]] const std::string& path() const { return path_; }

  /// Gives the finished file its name, unless that is taken.
  Result<void> publish(const std::string& final_path) {
    PMX_TRY(const bool published, publish_file(path_, final_path));
    if (published) return {};
    return Error{Code::kAlreadyExists, final_path + " exists already", "choose another name"};
  }

 private:
  std::string path_;
};

/// A consistent copy of the whole database, in one file without a log beside it.
Result<void> copy_database(Db& from, const std::string& path) {
  const auto lock = from.lock();
  PMX_TRY(Statement copy, from.prepare("VACUUM INTO ?"));
  return copy.run(path);
}

Result<void> add_file(Db& db, const std::string& name, const std::string& path) {
  auto content = read_file(path);
  if (!content.ok() && content.error().code == Code::kNotFound) return {};
  PMX_TRY_VOID(content);
  PMX_TRY(Statement insert, db.prepare("INSERT INTO backup (name, content) VALUES (?, ?)"));
  return insert.run(name, Blob{*content});
}

Result<std::vector<std::pair<std::string, Secret>>> files_in(Db& db) {
  PMX_TRY(Statement rows, db.prepare("SELECT name, content FROM backup"));
  std::vector<std::pair<std::string, Secret>> files;
  while (true) {
    PMX_TRY(const bool more, rows.step());
    if (!more) return files;
    files.emplace_back(std::string(rows.text(0)), Secret(std::string(rows.blob(1))));
  }
}

Error no_backup(const std::string& file) {
  return Error{Code::kInvalidArgument, file + " is no backup of proxmox-mpc",
               "name a file that `proxmox-mpc state backup` wrote"};
}

/// Names come from a file: only the expected ones may be written.
bool is_expected(const std::string& name, std::span<const std::string> beside) {
  return name == "key" || std::find(beside.begin(), beside.end(), name) != beside.end();
}

/// What a restored directory consists of must not be there: least of all a key without its
/// database, which somebody may have moved away on our own advice.
Result<void> check_vacant(const std::string& directory, std::span<const std::string> beside) {
  std::vector<std::string> names{"state.db", "key"};
  names.insert(names.end(), beside.begin(), beside.end());
  for (const std::string& name : names) {
    const std::string path = directory + "/" + name;
    if (!file_exists(path)) continue;
    return Error{Code::kFailedPrecondition, path + " exists already",
                 "move the whole directory away, or name another one with --state-dir; nothing "
                 "was changed"};
  }
  return {};
}

/// Opens the copy, takes the files out of it and makes it a database of this version again.
Result<std::vector<std::pair<std::string, Secret>>> unpack(const std::string& path,
                                                           const std::string& file,
                                                           std::span<const std::string> beside) {
  PMX_TRY(auto db, Db::open(path));
  auto files = files_in(*db);
  if (!files.ok()) return no_backup(file);
  for (const auto& [name, content] : *files) {
    if (!is_expected(name, beside)) return no_backup(file);
  }
  PMX_TRY_VOID(db->execute("DROP TABLE backup; VACUUM"));  // the key must not stay in free pages
  PMX_TRY_VOID(migrate(*db, file));
  return files;
}

}  // namespace

Result<void> back_up(Database& database, const std::string& directory,
                     std::span<const std::string> beside, const std::string& file) {
  if (file_exists(file))
    return Error{Code::kAlreadyExists, file + " exists already", "choose another name"};
  PMX_TRY(Draft draft, Draft::make(file));
  PMX_TRY_VOID(copy_database(database.db(), draft.path()));
  {
    PMX_TRY(auto db, Db::open(draft.path()));
    PMX_TRY_VOID(db->execute("PRAGMA journal_mode = DELETE"));
    PMX_TRY_VOID(db->execute(kCreateTable));
    PMX_TRY_VOID(add_file(*db, "key", directory + "/key"));
    for (const std::string& name : beside) {
      PMX_TRY_VOID(add_file(*db, name, directory + "/" + name));
    }
  }
  return draft.publish(file);
}

Result<void> restore_backup(const std::string& file, const std::string& directory,
                            std::span<const std::string> beside) {
  PMX_TRY_VOID(check_vacant(directory, beside));
  PMX_TRY_VOID(check_private_file(file));
  PMX_TRY_VOID(make_private_directory(directory));
  const std::string target = directory + "/state.db";
  PMX_TRY(Draft draft, Draft::make(target));
  {
    const auto db = Db::open(file);
    if (!db.ok() || !copy_database(**db, draft.path()).ok()) return no_backup(file);
  }
  PMX_TRY(const auto files, unpack(draft.path(), file, beside));
  for (const auto& [name, content] : files) {
    const std::string path = directory + "/" + name;
    PMX_TRY(const bool created, create_private_file(path, content.expose()));
    if (!created) return Error{Code::kAlreadyExists, path + " came into being meanwhile", ""};
  }
  // Last, so that a directory with a database is a complete one.
  return draft.publish(target);
}

}  // namespace pmx::state
