#include "proxmox/form.h"

#include <doctest/doctest.h>

namespace pmx::proxmox {

TEST_CASE("form: whatever PVE would split on or change is encoded") {
  CHECK(encode_form({}).empty());
  CHECK(encode_form({{"net0", "virtio=AA,bridge=vmbr0"}, {"n", "a+b c;d&e%"}}) ==
        "net0=virtio%3DAA%2Cbridge%3Dvmbr0&n=a%2Bb%20c%3Bd%26e%25");
  CHECK(encode_form({{"command", "ls"}, {"command", "-l"}, {"a", ""}}) ==
        "command=ls&command=-l&a=");
  CHECK(encode_form({{"a=b&c", "\xc3\xa4\n"}}) == "a%3Db%26c=%C3%A4%0A");
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  const std::string encoded = encode_form({{"k", all}});
  CHECK(encoded.find_first_of("&;+ ") == std::string::npos);
  CHECK(encoded.find('=') == encoded.rfind('='));
}

TEST_CASE("form: what PVE would not read is not sent") {
  const Params body{{"k", std::string(524'286, 'a')}};
  CHECK(check_request_size("POST", "/x", body).ok());
  CHECK(check_request_size("PUT", "/x", body).ok());
  const Params more{{"k", std::string(524'287, 'a')}};
  const auto refused = check_request_size("POST", "/x", more);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::kInvalidArgument);
  CHECK(check_request_size("GET", "/x", {{"k", std::string(8000, 'a')}}).ok());
  CHECK_FALSE(check_request_size("GET", "/x", {{"k", std::string(8192, 'a')}}).ok());
  CHECK_FALSE(check_request_size("DELETE", "/x", {{"k", std::string(3000, '=')}}).ok());
  CHECK_FALSE(check_request_size("GET", "/" + std::string(8192, 'a'), {}).ok());
}

}  // namespace pmx::proxmox
