// The log of one test, in a file that is removed afterwards.
#pragma once

#include "base/files.h"
#include "base/log.h"
#include "tests/unit/temporary_directory.h"

namespace pmx::testing {

/// Everything from the level info on is written while it lives; without a redactor values are
/// withheld.
class LogFile {
 public:
  LogFile() { REQUIRE(log::init({log::Level::kInfo, path()}).ok()); }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile() {
    log::set_redactor({});
    CHECK(log::init({log::Level::kOff, ""}).ok());
  }

  [[nodiscard]] std::string path() const { return directory_.file("log"); }
  [[nodiscard]] const TemporaryDirectory& directory() const { return directory_; }
  [[nodiscard]] std::string text() const { return read_file(path()).value(); }

  /// How often `what` stands in it.
  [[nodiscard]] int count(std::string_view what) const {
    const std::string written = text();
    int found = 0;
    for (std::size_t at = written.find(what); at != std::string::npos;
         at = written.find(what, at + 1)) {
      ++found;
    }
    return found;
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace pmx::testing
