// Where the phrases of a text may stand whose places are found by themselves (places.h): one pass
// over the bytes, 16 at a time, notes two bytes that every phrase of a kind has.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace pmx::anonymize {

class Marks {
 public:
  enum Kind {
    kQuoted,        ///< behind a blank: '
    kDoublyQuoted,  ///< behind a blank: "
    kHome,          ///< /h
    kBranch,        ///< `-
    kName,          ///< " N"
    kEquals,        ///< " ="
    kNode,          ///< "ode "
    kWord,          ///< wor
    kSerial,        ///< SN
    kClient,        ///< =1:
    kIndented,      ///< a line's end and " k"
    kComma,         ///< ','
    kSlash,         ///< between digits: /
    kPrivileged,    ///< [priv
    kDevice,        ///< /dev
    kCount
  };

  explicit Marks(std::string_view text);

  /// In the order of the text.
  [[nodiscard]] const std::vector<std::size_t>& of(Kind kind) const { return marks_[kind]; }

 private:
  void note(std::string_view text, std::size_t at);
  void add(Kind kind, std::size_t at) { marks_[kind].push_back(at); }

  std::array<std::vector<std::size_t>, kCount> marks_;
};

}  // namespace pmx::anonymize
