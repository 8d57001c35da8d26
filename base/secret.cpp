#include "base/secret.h"

#include "base/crypto.h"

namespace pmx {

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    value_ = other.value_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
  }
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() noexcept {
  value_.resize(
      value_.capacity());  // a moved-from string has its old bytes beyond its size; never allocates
  crypto::wipe(value_);
  value_.clear();
}

}  // namespace pmx
