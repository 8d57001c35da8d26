// Texts of any length, pseudonymized and revealed in windows: memory grows with the distinct values
// of a text, not with its length. What comes out depends on the text alone, never on the pieces in
// which it is fed. Thread-confined; like the engine they fail closed: after an Error, or once a
// piece that came out is not sent, nothing more may be.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "anonymize/engine.h"
#include "base/result.h"

namespace pmx::anonymize {

/// How much of a text is looked at together, in bytes.
struct WindowSizes {
  std::size_t window = std::size_t{1} << 20;  ///< a text up to here is treated as a whole
  std::size_t margin = std::size_t{64}
                       << 10;  ///< read on both sides of a window; the longest value
};

/// Real text in, pseudonymized and checked text out. Windows end with a line where there is one. A
/// name that the text announces is known from there on, and one margin before. A value that reaches
/// over a whole margin (a PEM block, an open quote) hides the rest of the text.
class TextStream {
 public:
  /// `engine` outlives it.
  explicit TextStream(Engine& engine, WindowSizes sizes = {});
  ~TextStream();

  /// Takes the next piece; what is ready is added to `out`, and to `explanation` when there is one:
  /// its places count from what `out` held when it was called.
  Result<void> feed(std::string_view piece, std::string& out, Explanation* explanation = nullptr);

  /// The rest; to be called once, at the end.
  Result<void> finish(std::string& out, Explanation* explanation = nullptr);

 private:
  Result<void> write_window(std::size_t end, std::string& out, Explanation* explanation);
  [[nodiscard]] Result<void> check(const std::string& text);
  void move_on(const Window& window);

  Engine& engine_;
  const WindowSizes sizes_;
  std::unique_ptr<PayloadNames> names_;  ///< that the text has announced
  std::string buffer_;                   ///< a margin that was written, and what was not
  std::size_t begin_ = 0;                ///< of what was not written
  bool hidden_ = false;                  ///< the rest of the text
  std::string tail_;                     ///< the word that what was written ends with
};

/// The way back: pseudonyms become real values, for the operator's eyes only.
class RevealStream {
 public:
  /// `engine` outlives it.
  explicit RevealStream(Engine& engine, WindowSizes sizes = {}) : engine_(engine), sizes_(sizes) {}

  /// As those of TextStream.
  Result<void> feed(std::string_view piece, std::string& out, Explanation* explanation = nullptr);
  Result<void> finish(std::string& out, Explanation* explanation = nullptr);

 private:
  Result<void> reveal(std::size_t end, std::string& out, Explanation* explanation);

  Engine& engine_;
  const WindowSizes sizes_;
  std::string buffer_;
};

}  // namespace pmx::anonymize
