// What anonymize and deanonymize do with a text: as a whole, or fed piece by piece when it is long.
// Thread-confined.
#pragma once

#include <string>
#include <string_view>

#include "anonymize/text_stream.h"
#include "base/result.h"
#include "base/secret.h"

namespace pmx::app {

class Treatment {
 public:
  virtual ~Treatment() = default;

  /// A text or a JSON document. `why` is told what was replaced or restored, unless it is
  /// nullptr.
  virtual Result<std::string> whole(std::string_view text, anonymize::Explanation* why) = 0;

  /// A piece of the one text that is fed; what is ready of it is added to `out`.
  virtual Result<void> feed(std::string_view piece, std::string& out,
                            anonymize::Explanation* why) = 0;
  virtual Result<void> finish(std::string& out, anonymize::Explanation* why) = 0;

  /// Whether a JSON document must not be fed.
  [[nodiscard]] virtual bool takes_documents_whole() const = 0;
};

/// Real values to pseudonyms; what it gives has passed the leak check.
class Anonymizing final : public Treatment {
 public:
  /// `engine` outlives it. With `vmid_key`, VMIDs are permuted too.
  explicit Anonymizing(anonymize::Engine& engine, Secret vmid_key = {})
      : engine_(engine), stream_(engine), vmid_key_(std::move(vmid_key)) {}

  Result<std::string> whole(std::string_view text, anonymize::Explanation* why) override;
  Result<void> feed(std::string_view piece, std::string& out, anonymize::Explanation* why) override;
  Result<void> finish(std::string& out, anonymize::Explanation* why) override;
  [[nodiscard]] bool takes_documents_whole() const override { return true; }

 private:
  Result<void> permute(std::string& out);

  anonymize::Engine& engine_;
  anonymize::TextStream stream_;
  const Secret vmid_key_;
};

/// Pseudonyms to real values.
class Revealing final : public Treatment {
 public:
  /// `engine` outlives it.
  explicit Revealing(anonymize::Engine& engine) : engine_(engine), stream_(engine) {}

  Result<std::string> whole(std::string_view text, anonymize::Explanation* why) override;
  Result<void> feed(std::string_view piece, std::string& out, anonymize::Explanation* why) override;
  Result<void> finish(std::string& out, anonymize::Explanation* why) override;
  [[nodiscard]] bool takes_documents_whole() const override { return false; }

 private:
  anonymize::Engine& engine_;
  anonymize::RevealStream stream_;
};

}  // namespace pmx::app
