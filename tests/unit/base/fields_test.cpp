#include "base/fields.h"

#include <doctest/doctest.h>

using pmx::decode;
using pmx::encode;
using pmx::Json;
using pmx::Unknown;

namespace {

struct Disk {
  std::string volume;
  std::int64_t size = 0;
  template <class V>
  void fields(V& v) {
    v.required("volume", volume);
    v.optional("size", size);
  }
};

struct Machine {
  int vmid = 0;
  std::optional<std::string> name;
  bool on = false;
  double cpu = 0;
  std::vector<Disk> disks;
  std::map<std::string, int> counts;
  Json extra;
  template <class V>
  void fields(V& v) {
    v.required("vmid", vmid);
    v.optional("name", name);
    v.optional("on", on);
    v.optional("cpu", cpu);
    v.optional("disks", disks);
    v.optional("counts", counts);
    v.optional("extra", extra);
  }
};

struct Limits {
  int small = 0;
  std::int64_t large = 0;
  std::uint64_t natural = 0;
  template <class V>
  void fields(V& v) {
    v.optional("small", small);
    v.optional("large", large);
    v.optional("natural", natural);
  }
};

}  // namespace

TEST_CASE("fields: what is encoded decodes to the same") {
  const Json json = Json::parse(
      R"({"vmid":7,"name":"a","on":true,"cpu":0.5,"disks":[{"volume":"v","size":3}],"counts":{"x":1},"extra":[1]})");
  const auto machine = decode<Machine>(json, Unknown::kReject);
  REQUIRE(machine.ok());
  CHECK(encode(*machine) == json);
}

TEST_CASE("fields: absent optionals stay as they are and are not written") {
  const auto machine = decode<Machine>(Json{{"vmid", 1}}, Unknown::kReject);
  REQUIRE(machine.ok());
  CHECK_FALSE(machine->name.has_value());
  CHECK_FALSE(encode(*machine).contains("name"));
}

TEST_CASE("fields: errors name the place and the expected form") {
  const struct {
    const char* json;
    const char* error;
  } rows[] = {
      {R"({})", "/vmid is required"},
      {R"({"vmid":"7"})", "/vmid must be an integer"},
      {R"({"vmid":7.5})", "/vmid must be an integer"},
      {R"({"vmid":1e300})", "/vmid must be an integer"},
      {R"({"vmid":3000000000})", "/vmid is out of range"},
      {R"({"vmid":1,"on":1})", "/on must be true or false"},
      {R"({"vmid":1,"disks":[{"volume":"a"},{"size":1}]})", "/disks/1/volume is required"},
      {R"({"vmid":1,"disks":{}})", "/disks must be an array"},
      {R"({"vmid":1,"counts":{"k":"v"}})", "/counts/k must be an integer"},
      {R"({"vmid":1,"colour":"red"})", "/colour is not known here"},
      {R"([])", "must be an object"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.json);
    const auto machine = decode<Machine>(Json::parse(row.json), Unknown::kReject);
    REQUIRE_FALSE(machine.ok());
    CHECK(machine.error().message == row.error);
  }
}

TEST_CASE("fields: unknown members are ignored where the peer may know more than we do") {
  CHECK(decode<Machine>(Json{{"vmid", 1}, {"colour", "red"}}, Unknown::kIgnore).ok());
}

TEST_CASE("fields: the lister tells names and the required ones") {
  const auto lister = pmx::list_fields<Disk>();
  CHECK(lister.names == std::set<std::string>{"size", "volume"});
  CHECK(lister.required_names == std::set<std::string>{"volume"});
}

TEST_CASE("fields: integers are taken up to the type's limits, and never wrap around") {
  const struct {
    const char* json;
    const char* error;
  } rows[] = {
      {R"({"small":2147483647,"large":9223372036854775807,"natural":18446744073709551615})", ""},
      {R"({"small":-2147483648,"large":-9223372036854775808,"natural":0})", ""},
      {R"({"small":7.0,"large":-9007199254740992.0})", ""},
      {R"({"small":18446744073709551615})", "/small is out of range"},
      {R"({"small":18446744071562067968})", "/small is out of range"},
      {R"({"large":9223372036854775808})", "/large is out of range"},
      {R"({"natural":-1})", "/natural is out of range"},
      {R"({"small":-2147483649})", "/small is out of range"},
      {R"({"large":9.3e18})", "/large must be an integer"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.json);
    const auto limits = decode<Limits>(Json::parse(row.json), Unknown::kReject);
    CHECK(limits.ok() == std::string(row.error).empty());
    if (!limits.ok()) CHECK(limits.error().message == row.error);
  }
}
