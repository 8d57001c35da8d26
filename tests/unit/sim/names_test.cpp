#include "sim/names.h"

#include <doctest/doctest.h>

#include <set>

namespace pmx::sim {
namespace {

bool is_dns_name(std::string_view name) {
  return !name.empty() && name.front() != '-' && name.back() != '-' && name.size() < 64 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string_view::npos;
}

}  // namespace

TEST_CASE("names: guests have names of their own that PVE would accept, for any seed") {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    CAPTURE(seed);
    std::set<std::string> names;
    constexpr std::size_t kGuests = 2000;
    for (std::size_t index = 0; index < kGuests; ++index) {
      const std::string name = guest_name(seed, index);
      CAPTURE(name);
      CHECK(is_dns_name(name));
      CHECK(name == guest_name(seed, index));
      names.insert(name);
    }
    CHECK(names.size() == kGuests);
  }
}

TEST_CASE("names: some guests carry one plain word, and only those are told apart") {
  CHECK(is_plain_word(guest_name(7, 0)));
  std::size_t plain = 0;
  for (std::size_t index = 0; index < 1000; ++index) plain += is_plain_word(guest_name(7, index));
  CHECK(plain == 6);
  for (const char* name : {"", "webs", "Web", "payroll-db"}) CHECK_FALSE(is_plain_word(name));
}

TEST_CASE("names: logins and mail addresses are ASCII, whatever the name") {
  const Person rows[] = {{"Søren", "Schöneberg"}, {"Jürgen", "Lindqvist"}};
  CHECK(rows[0].login() == "s.schoeneberg");
  CHECK(rows[0].email("x.org") == "soren.schoeneberg@x.org");
  CHECK(rows[1].login() == "j.lindqvist");
  CHECK(rows[1].full() == "Jürgen Lindqvist");
  Dice dice(1, "test");
  for (int i = 0; i < 500; ++i) {
    const std::string login = person(dice).login();
    CHECK(login.find_first_not_of("abcdefghijklmnopqrstuvwxyz.") == std::string::npos);
  }
}

TEST_CASE("names: a customer's slug leaves out the legal form") {
  CHECK(slug_of("Brandt Logistik GmbH") == "brandt-logistik");
  CHECK(slug_of("Weidenbach Verlag") == "weidenbach");
  CHECK(slug_of("Quill") == "quill");
}

TEST_CASE("names: passwords differ and never hold a blank that would hide their end") {
  Dice dice(1, "test");
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string secret = password(dice);
    CHECK(secret.find_first_of(" \n\"'") == std::string::npos);
    CHECK(secret.size() >= 11);
    seen.insert(secret);
  }
  CHECK(seen.size() > 195);
}

TEST_CASE("dice: the same seed, purpose and index throw the same, any other throws another") {
  const auto first = [](Dice dice) { return dice.next(); };
  CHECK(first(Dice(7, "a", 1)) == first(Dice(7, "a", 1)));
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    for (std::uint64_t index = 0; index < 10; ++index)
      for (const char* purpose : {"a", "b", "ab"}) seen.insert(first(Dice(seed, purpose, index)));
  CHECK(seen.size() == 300);
}

TEST_CASE("dice: bounds are reached and never passed") {
  Dice dice(3, "test");
  std::set<int> seen;
  for (int i = 0; i < 500; ++i) seen.insert(dice.between(-2, 2));
  CHECK(seen == std::set<int>{-2, -1, 0, 1, 2});
  CHECK(dice.between(5, 5) == 5);
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(dice.chance(0));
    CHECK(dice.chance(100));
  }
}

}  // namespace pmx::sim
