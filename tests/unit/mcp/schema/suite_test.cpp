// The official JSON Schema test suite, from the Debian packages libtest-json-schema-acceptance-perl
// (2020-12 and draft-07) and json-schema-test-suite (an older draft-07). Every case runs; kSkipped
// names those that may fail, and why. An entry under which nothing fails any more fails the test.
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "mcp/schema/validator.h"

using namespace pmx;
using namespace pmx::mcp;

namespace fs = std::filesystem;

namespace {

struct Skip {
  const char* where;  ///< the start of "draft7/file.json: group: case"
  const char* reason;
  bool used = false;
};

constexpr const char* kIdna =
    "asserting it needs the tables of IDNA, which Debian has only in libidn";
constexpr const char* kIri = "not among the formats that can be asserted: MCP knows only URIs";
constexpr const char* kContent =
    "contentEncoding and contentMediaType are annotations, as in 2020-12";
constexpr const char* kDialect = "a dialect other than 2020-12 and draft-07 is refused on purpose";

Skip skipped[] = {
    {"draft2020-12/optional/format/idn-email.json", kIdna},
    {"draft2020-12/optional/format/idn-hostname.json", kIdna},
    {"draft2020-12/optional/format/iri.json", kIri},
    {"draft2020-12/optional/format/iri-reference.json", kIri},
    {"draft2020-12/optional/cross-draft.json: refs to historic drafts", kDialect},
    {"draft2020-12/optional/format-assertion.json", kDialect},
    {"draft2020-12/vocabulary.json: schema that uses custom metaschema", kDialect},
    {"draft2020-12/vocabulary.json: ignore unrecognized optional vocabulary", kDialect},
    {"draft7/optional/format/idn-email.json", kIdna},
    {"draft7/optional/format/idn-hostname.json", kIdna},
    {"draft7/optional/format/iri.json", kIri},
    {"draft7/optional/format/iri-reference.json", kIri},
    {"draft7/optional/content.json", kContent},
    {"draft7/optional/cross-draft.json: refs to future drafts", kDialect},
};

Json load(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  auto json = parse_json(text.str());
  CAPTURE(path.string());
  REQUIRE(json.ok());
  return *std::move(json);
}

/// The documents that cases refer to by URI. They outlive the compilations.
struct Library {
  std::deque<Json> schemas;
  std::vector<SchemaDocument> documents;

  void add(const std::string& uri, Json schema) {
    schemas.push_back(std::move(schema));
    documents.push_back({uri, &schemas.back()});
  }

  void add_remotes(const fs::path& folder) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string name = fs::relative(entry.path(), folder).string();
      const bool other = name.starts_with("draft-next") || name.starts_with("draft2019-09");
      if (!entry.is_regular_file() || other) continue;
      add("http://localhost:1234/" + name, load(entry.path()));
    }
  }

  void add_metaschemas(const fs::path& folder) {
    for (const char* name : {"draft7.json", "draft2020-12.json"}) {
      Json schema = load(folder / name);
      const std::string id(string_member(schema, "$id"));
      add(id, std::move(schema));
    }
    const Json vocabularies = load(folder / "vocabularies.json");
    for (const auto& [id, vocabulary] : vocabularies.items()) {
      if (id.find("/2020-12/") != std::string::npos) add(id, vocabulary);
    }
  }
};

/// One draft of one suite.
struct Run {
  const char* root;
  const char* draft;
  const char* dialect;
  std::size_t least_cases;
};

constexpr Run kRuns[] = {
    {PMX_SCHEMA_SUITE, "draft2020-12", "https://json-schema.org/draft/2020-12/schema", 1500},
    {PMX_SCHEMA_SUITE, "draft7", "http://json-schema.org/draft-07/schema#", 1200},
    {PMX_SCHEMA_SUITE_7, "draft7", "http://json-schema.org/draft-07/schema#", 500},
};

/// "" when the validator agrees with the suite.
std::string judge(const Result<Validator>& validator, const Json& test) {
  if (!validator.ok()) return validator.error().message;
  const auto errors = validator->validate(test["data"]);
  if (errors.empty() == (test["valid"] == true)) return {};
  return errors.empty() ? "should not be valid" : errors.front();
}

bool may_fail(const std::string& name) {
  for (Skip& skip : skipped) {
    if (!name.starts_with(skip.where)) continue;
    skip.used = true;
    return true;
  }
  return false;
}

SchemaOptions options_for(const std::string& file, const Library& library) {
  SchemaOptions options;
  options.documents = library.documents;
  if (file.starts_with("optional/format/") || file == "optional/ecmascript-regex.json") {
    for (const std::string& format : assertable_formats()) options.formats.insert(format);
  }
  return options;
}

/// How many cases the file holds.
std::size_t run_file(const Run& run, const std::string& file, const Library& library) {
  const SchemaOptions options = options_for(file, library);
  std::size_t count = 0;
  for (const Json& group : load(fs::path(run.root) / "tests" / run.draft / file)) {
    Json schema = group["schema"];
    if (schema.is_object() && !schema.contains("$schema")) schema["$schema"] = run.dialect;
    const auto validator = Validator::compile(schema, options);
    for (const Json& test : group["tests"]) {
      ++count;
      const std::string why = judge(validator, test);
      if (why.empty()) continue;
      const std::string name = std::string(run.draft) + "/" + file + ": " +
                               std::string(string_member(group, "description")) + ": " +
                               std::string(string_member(test, "description"));
      const std::string failure = may_fail(name) ? "" : name + ": " + why;
      CHECK(failure.empty());
      if (!failure.empty()) MESSAGE(failure);
    }
  }
  return count;
}

}  // namespace

TEST_CASE("suite: every case of the official suite is judged as it should be") {
  for (const Run& run : kRuns) {
    Library library;
    library.add_remotes(fs::path(run.root) / "remotes");
    library.add_metaschemas(PMX_METASCHEMAS);
    const fs::path folder = fs::path(run.root) / "tests" / run.draft;
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      count += run_file(run, fs::relative(entry.path(), folder).string(), library);
    }
    CHECK(count >= run.least_cases);
  }
  for (const Skip& skip : skipped) {
    CAPTURE(skip.where);
    CAPTURE(skip.reason);
    CHECK(skip.used);
  }
}
