#include "state/backup.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/crypto.h"
#include "base/files.h"
#include "state/database.h"
#include "state/migrations.h"
#include "state/sqlite.h"

namespace pmx::state {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMaps = "maps/";
constexpr std::string_view kMapFile = "/state.db";
constexpr std::size_t kKeyId = 16;
constexpr std::size_t kMaxFile = std::size_t{1} << 30;

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
  auto content = read_file(path, kMaxFile);
  if (!content.ok() && content.error().code == Code::kNotFound) return {};
  PMX_TRY_VOID(content);
  PMX_TRY(Statement insert, db.prepare("INSERT INTO backup (name, content) VALUES (?, ?)"));
  return insert.run(name, Blob{*content});
}

/// "maps/0123456789abcdef/state.db".
bool is_map(std::string_view name) {
  if (!name.starts_with(kMaps) || !name.ends_with(kMapFile)) return false;
  if (name.size() != kMaps.size() + kKeyId + kMapFile.size()) return false;
  return name.substr(kMaps.size(), kKeyId).find_first_not_of("0123456789abcdef") == name.npos;
}

/// The databases of all maps in the directory, by their names in it.
Result<std::vector<std::string>> maps_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code failed;
  fs::directory_iterator entry(directory + "/maps", failed);
  if (failed == std::errc::no_such_file_or_directory) return names;
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    std::string name =
        std::string(kMaps) + entry->path().filename().string() + std::string(kMapFile);
    if (is_map(name) && file_exists(directory + "/" + name)) names.push_back(std::move(name));
  }
  if (failed)
    return Error{Code::kUnavailable, "cannot read the maps of key files: " + failed.message(),
                 "see who may read " + directory + "/maps"};
  std::sort(names.begin(), names.end());
  return names;
}

/// A copy of each map, consistent though somebody may be writing to it.
Result<void> add_maps(Db& db, const std::string& directory, const std::string& file) {
  PMX_TRY(const auto names, maps_in(directory));
  for (const std::string& name : names) {
    PMX_TRY(const Draft copy, Draft::make(file));
    PMX_TRY(const auto map, Db::open(directory + "/" + name));
    PMX_TRY_VOID(copy_database(*map, copy.path()));
    PMX_TRY_VOID(add_file(db, name, copy.path()));
  }
  return {};
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
  return name == "key" || is_map(name) ||
         std::find(beside.begin(), beside.end(), name) != beside.end();
}

Result<void> check_free(const std::string& path) {
  if (!file_exists(path)) return {};
  return Error{Code::kFailedPrecondition, path + " exists already",
               "move the whole directory away, or name another one with --state-dir; nothing "
               "was changed"};
}

/// What a restored directory consists of must not be there: least of all a key without its
/// database, which somebody may have moved away on our own advice.
Result<void> check_vacant(const std::string& directory, std::span<const std::string> beside) {
  std::vector<std::string> names{"state.db", "key"};
  names.insert(names.end(), beside.begin(), beside.end());
  for (const std::string& name : names) PMX_TRY_VOID(check_free(directory + "/" + name));
  return {};
}

/// What a restore has put into the directory; taken out again unless it is kept.
class Placed {
 public:
  Placed() = default;
  Placed(const Placed&) = delete;
  Placed& operator=(const Placed&) = delete;
  ~Placed() {
    for (auto path = paths_.rbegin(); path != paths_.rend(); ++path) ::remove(path->c_str());
  }

  /// Makes the directory of a map.
  Result<void> folder(const std::string& path) {
    const bool there = file_exists(path);
    PMX_TRY_VOID(make_private_directory(path));
    if (!there) paths_.push_back(path);
    return {};
  }

  Result<void> file(const std::string& path, std::string_view content) {
    PMX_TRY(const bool created, create_private_file(path, content));
    if (!created) return Error{Code::kAlreadyExists, path + " came into being meanwhile", ""};
    paths_.push_back(path);
    return {};
  }

  void keep() { paths_.clear(); }

 private:
  std::vector<std::string> paths_;
};

Result<void> place(const std::vector<std::pair<std::string, Secret>>& files,
                   const std::string& directory, Placed& placed) {
  for (const auto& [name, content] : files) PMX_TRY_VOID(check_free(directory + "/" + name));
  for (const auto& [name, content] : files) {
    const std::string path = directory + "/" + name;
    if (is_map(name)) {
      PMX_TRY_VOID(placed.folder(directory + "/maps"));
      PMX_TRY_VOID(placed.folder(path.substr(0, path.size() - kMapFile.size())));
    }
    PMX_TRY_VOID(placed.file(path, content.expose()));
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
    PMX_TRY_VOID(add_maps(*db, directory, file));
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
  Placed placed;
  PMX_TRY_VOID(place(files, directory, placed));
  PMX_TRY_VOID(draft.publish(target));  // last: a directory with a database is a complete one
  placed.keep();
  return {};
}

}  // namespace pmx::state
