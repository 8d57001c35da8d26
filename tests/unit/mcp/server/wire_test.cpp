// Replays tests/golden/wire/*.txt: "> " lines go to the server, "< " lines are what it answered.
// UPDATE_GOLDEN=1 rewrites the answers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

std::filesystem::path golden_folder() {
  auto here = std::filesystem::path(__FILE__);
  for (int up = 0; up < 4; ++up) here = here.parent_path();
  return here / "golden" / "wire";
}

std::string load(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// True for a client line that the server answers; "># " marks one that it does not.
bool expects_answer(const std::string& line) { return line.starts_with("> "); }

/// The transcript with the answers that the server gives now.
std::string replay(const std::string& golden) {
  Harness h;
  std::istringstream lines(golden);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("< ")) continue;
    out += line + "\n";
    if (line.starts_with("># ")) h.tell(line.substr(3));
    if (expects_answer(line)) out += "< " + dump_json(h.ask(line.substr(2))) + "\n";
  }
  CHECK(h.finish());
  return out;
}

}  // namespace

TEST_CASE("wire: every transcript is answered as recorded") {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder())) {
    if (entry.path().extension() != ".txt") continue;
    ++count;
    CAPTURE(entry.path().filename().string());
    const std::string golden = load(entry.path());
    const std::string now = replay(golden);
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
      std::ofstream(entry.path()) << now;
    } else {
      CHECK(now == golden);
    }
  }
  CHECK(count >= 5);
}
