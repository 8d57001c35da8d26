#include "sim/names.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace pmx::sim {
namespace {

constexpr std::array<Company, 6> kCompanies{{
    {"Kestrel Freight", "kestrelfreight", "ksf", "kestrelfreight.net"},
    {"Halvorsen Maritim", "halvorsenmaritim", "hvm", "halvorsen-maritim.no"},
    {"Oakmere Health", "oakmerehealth", "okm", "oakmere-health.org"},
    {"Brightwater Energi", "brightwaterenergi", "bwe", "brightwater-energi.se"},
    {"Lindqvist und Sohn", "lindqvistsohn", "lqs", "lindqvist-sohn.de"},
    {"Tamarisk Foods", "tamariskfoods", "tmf", "tamariskfoods.co.uk"},
}};

constexpr std::array<std::string_view, 8> kCities{"osl", "ber", "fra", "ham",
                                                  "muc", "cph", "sto", "zrh"};

constexpr std::array<std::string_view, 16> kFirst{
    "Ingrid", "Matthias", "Aoife",   "Søren",   "Katarzyna",  "Jürgen", "Priya",      "Tobias",
    "Elif",   "Gunnar",   "Beatriz", "Yannick", "Margarethe", "Oskar",  "Wilhelmina", "Dmitri"};
constexpr std::array<std::string_view, 16> kLast{
    "Achterberg", "Lindqvist",  "Okonkwo",   "Brandstetter", "Kowalczyk",  "Thorvaldsen",
    "Villanueva", "Schöneberg", "Rasmussen", "Ferreira",     "Hollenbach", "Dubois",
    "Nakamura",   "Petrov",     "Gallagher", "Yildirim"};
constexpr std::array<std::string_view, 10> kCustomers{
    "Brandt Logistik GmbH",   "Aurelia Pharma AG",  "Nordlys Shipping AS", "Castellane Mode SARL",
    "Weidenbach Verlag",      "Pinecrest Dental",   "Solvang Seafood AS",  "Ostermann Bau KG",
    "Quillfeather Books Ltd", "Meridian Tierklinik"};

constexpr std::array<std::string_view, 32> kApps{
    "payroll",  "crm",        "erp",     "billing",  "warehouse", "intranet", "ticketing",
    "fleet",    "hr-portal",  "invoice", "customs",  "telemetry", "gitlab",   "jenkins",
    "nexus",    "keycloak",   "grafana", "wiki",     "shop",      "booking",  "sap-hana",
    "exchange", "sharepoint", "vpn",     "scada",    "pacs",      "labsys",   "dispatch",
    "tariff",   "archive",    "matomo",  "nextcloud"};
constexpr std::array<std::string_view, 12> kRoles{"db",    "frontend", "api",     "worker",
                                                  "cache", "replica",  "staging", "test",
                                                  "queue", "search",   "proxy",   "batch"};
constexpr std::array<std::string_view, 6> kWords{"web",   "backup", "mail",
                                                 "print", "build",  "proxy"};
constexpr std::array<std::size_t, 6> kWordIndexes{0, 10, 14, 20, 26, 32};

/// ASCII lower case of a name: "Schöneberg" -> "schoeneberg".
std::string ascii(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0xC3 && i + 1 < text.size()) {
      const auto next = static_cast<unsigned char>(text[++i]);
      out += next == 0xBC ? "ue" : next == 0xB6 ? "oe" : next == 0xB8 ? "o" : "a";
    } else {
      out += static_cast<char>(std::tolower(byte));
    }
  }
  return out;
}

std::string two_digits(std::size_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

std::string Person::login() const { return ascii(first).substr(0, 1) + "." + ascii(last); }

std::string Person::email(std::string_view domain) const {
  return ascii(first) + "." + ascii(last) + "@" + std::string(domain);
}

const Company& company_of(std::uint64_t seed) { return Dice(seed, "company").pick(kCompanies); }

std::string_view city(std::uint64_t seed, std::size_t index) {
  return kCities[(Dice(seed, "city").below(kCities.size()) + index) % kCities.size()];
}

Person person(Dice& dice) {
  return {std::string(dice.pick(kFirst)), std::string(dice.pick(kLast))};
}

std::string_view customer(Dice& dice) { return dice.pick(kCustomers); }

std::string slug_of(std::string_view customer) {
  std::string out = ascii(customer.substr(0, customer.find_last_of(' ')));
  std::replace(out.begin(), out.end(), ' ', '-');
  return out;
}

std::string phone(Dice& dice) {
  constexpr std::array<std::string_view, 5> kPrefixes{"+49 30 ", "+47 22 ", "+46 8 ", "+41 44 ",
                                                      "+44 20 "};
  return std::string(dice.pick(kPrefixes)) + std::to_string(dice.between(200, 998)) + " " +
         std::to_string(dice.between(1000, 9899));
}

std::string password(Dice& dice) {
  constexpr std::array<std::string_view, 6> kStems{"Sommer", "Winterreise",  "Tr0ub4dor",
                                                   "Fjord",  "correctHorse", "Blaubeere"};
  constexpr std::string_view kMarks = "!#$%+?";
  return std::string(dice.pick(kStems)) + std::to_string(dice.between(100, 9999)) +
         dice.text(1, kMarks) + dice.text(3, "abcdefghkmnpqrstuvwxyzABCDEFGHKLMNP");
}

std::string guest_name(std::uint64_t seed, std::size_t index) {
  const auto* word = std::find(kWordIndexes.begin(), kWordIndexes.end(), index);
  if (word != kWordIndexes.end())
    return std::string(kWords[static_cast<std::size_t>(word - kWordIndexes.begin())]);
  if (index % 9 == 5) {
    return "k8s-worker-" + std::to_string(index / 9 + 1) + "." +
           std::string(company_of(seed).domain);
  }
  constexpr std::size_t kCombinations = kApps.size() * kRoles.size();
  const std::size_t combination = (index * 79 + Dice(seed, "names").below(9973)) % kCombinations;
  std::string name = std::string(kApps[combination % kApps.size()]) + "-" +
                     std::string(kRoles[combination / kApps.size()]);
  Dice dice(seed, "guest-name", index);
  if (index % 7 == 4) name = slug_of(customer(dice)) + "-" + name;
  if (index % 11 == 8) name = std::string(city(seed, index)) + "-" + name;
  const std::size_t round = index / kCombinations;
  return round == 0 ? name : name + "-" + two_digits(round + 1);
}

bool is_plain_word(std::string_view name) {
  return std::find(kWords.begin(), kWords.end(), name) != kWords.end();
}

}  // namespace pmx::sim
