// What a handler answers, before Cluster puts PVE's envelope around it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace pmx::sim {

/// What a handler has written itself: JSON for PVE's envelope or, with a media type, all of the
/// body.
struct Written {
  std::string text;
  std::string type;
};

/// What a handler says; Cluster turns it into PVE's envelope.
struct Answer {
  int status = 200;
  Json data;
  std::string message;  ///< of a failure, without the newline that PVE adds
  Json errors;          ///< parameter -> text, on 400
  std::optional<std::int64_t> total;
  Json more;                       ///< further members beside "data", or null
  bool stateless = false;          ///< made from the facts, not from anything that was kept
  std::optional<Written> written;  ///< in the place of `data`
  bool bare = false;               ///< no body at all: authentication failures and proxy errors
  bool bare_message = false;       ///< the body's message ends without a newline
  std::chrono::milliseconds delay{0};
};

/// 200 with this `data`; null is PVE's way of saying "done".
inline Answer ok(Json data) {
  Answer answer;
  answer.data = std::move(data);
  return answer;
}

/// PVE's refusal: `message` becomes the reason phrase and the body's message.
inline Answer failure(int status, std::string message) {
  Answer answer;
  answer.status = status;
  answer.message = std::move(message);
  return answer;
}

/// 400 "Parameter verification failed." about these parameters.
inline Answer bad_parameters(Json errors) {
  Answer answer = failure(400, "Parameter verification failed.");
  answer.errors = std::move(errors);
  return answer;
}

/// A refusal from inside a locked change of a file: "create user failed: REASON", always a 500.
inline Answer failed_to(std::string_view what, const Answer& why) {
  std::string reason = why.message;
  if (why.status != 500) reason = std::to_string(why.status) + " " + reason;
  for (const auto& [name, text] : why.errors.items())
    reason += "\n" + name + ": " + text.get<std::string>();
  return failure(500, std::string(what) + " failed: " + reason);
}

}  // namespace pmx::sim
