// The names of people: what looks like one, and how a known one is written in text. Stateless.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pmx::anonymize {

/// Whether a value of a user's comment is a person: two to four capitalised words, no plain ones.
bool is_person(std::string_view value);

/// Whether a word announces a person: "Herr", "Mrs", "Technician".
bool is_title(std::string_view word);

/// "Anna Schmidt" -> itself, "Schmidt, Anna", "Schmidt Anna", and each part of four letters and
/// more that is no word; in upper case too where folding ASCII letters would not find that.
std::vector<std::string> spellings_of_person(std::string_view name);

}  // namespace pmx::anonymize
