// Words and the names made of them: companies, people, customers, guests. Invented, but of the
// shape that real clusters show. Pure functions; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/dice.h"

namespace pmx::sim {

/// The company that owns the simulated cluster.
struct Company {
  std::string_view name;     ///< "Kestrel Freight"
  std::string_view slug;     ///< "kestrelfreight", part of storage and pool names
  std::string_view letters;  ///< "ksf", part of node and realm names
  std::string_view domain;   ///< "kestrelfreight.net"
};

/// An invented person; the names may hold umlauts, login and mail address do not.
struct Person {
  std::string first;
  std::string last;

  [[nodiscard]] std::string full() const { return first + " " + last; }
  [[nodiscard]] std::string login() const;                         ///< "i.lindqvist"
  [[nodiscard]] std::string email(std::string_view domain) const;  ///< "ingrid.lindqvist@domain"
};

/// One of a fixed few, chosen by the seed.
const Company& company_of(std::uint64_t seed);

/// Three letters of the `index`-th site; they repeat after eight.
std::string_view city(std::uint64_t seed, std::size_t index);

/// Need not be unique: people share names.
Person person(Dice& dice);

/// A customer's name as people write it: "Brandt Logistik GmbH".
std::string_view customer(Dice& dice);

/// The same as a slug for tags and names: "brandt-logistik".
std::string slug_of(std::string_view customer);

/// With country code, "+47 22 431 2087".
std::string phone(Dice& dice);

/// A password as people write it into notes.
std::string password(Dice& dice);

/// A guest's name. Unique per (seed, index); single English words for a few low indexes.
std::string guest_name(std::uint64_t seed, std::size_t index);

/// True when `name` is one plain English word, which no dictionary may replace everywhere.
bool is_plain_word(std::string_view name);

}  // namespace pmx::sim
