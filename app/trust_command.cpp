// `trust`: shows a server's certificate and pins it in the configuration after a yes.
#include <filesystem>
#include <iostream>

#include "app/commands.h"
#include "app/console.h"
#include "app/pin.h"
#include "base/files.h"
#include "proxmox/certificate.h"

namespace pmx::app {
namespace {

constexpr std::chrono::seconds kPatience{15};

void show(const std::string& url, const proxmox::PeerCertificate& certificate) {
  print("certificate of " + url + "\n  subject      " + certificate.subject + "\n  issuer       " +
        certificate.issuer + "\n  valid        " + certificate.not_before + " to " +
        certificate.not_after + "\n  SHA-256      " + certificate.fingerprint + "\n  " +
        (certificate.problem.empty()
             ? "The CAs of this system vouch for it: it needs no pin.\n"
             : "The CAs of this system do not vouch for it: " + certificate.problem + ".\n"));
}

/// What a person says; only a yes is one.
Result<bool> confirmed(const std::string& question) {
  print(question);
  PMX_TRY_VOID(finish_output());
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes" || answer == "Y";
}

Result<int> nowhere_to_write(const std::string& file, const std::string& pin) {
  print((file.empty() || !file_exists(file)
             ? std::string("There is no configuration file to write it to.")
             : "No cluster of " + file + " has this address.") +
        " To pin it, set\n  PROXMOX_MPC_FINGERPRINT=" + pin +
        "\nor write beside the cluster's url\n  fingerprint: \"" + pin + "\"\n");
  return 0;
}

/// Pins at one place; the file is read anew for each, because lines move.
Result<void> write_pin(const std::string& file, const std::string& pointer, const std::string& pin,
                       const std::string& url) {
  PMX_TRY(const std::string text, read_file(file));
  PMX_TRY(const ConfigDocument document, parse_config_file(text, file));
  for (const PinPlace& place : places_of(document, url)) {
    if (place.pointer != pointer) continue;
    PMX_TRY(const std::string pinned, pinned_text(text, document, place, pin));
    return write_private_file(std::filesystem::canonical(file).string(), pinned);
  }
  return Error{Code::kFailedPrecondition, file + " changed meanwhile", "try again"};
}

Result<std::vector<PinPlace>> places_in(const std::string& file, const std::string& url) {
  if (file.empty() || !file_exists(file)) return std::vector<PinPlace>();
  PMX_TRY(const std::string text, read_file(file));
  PMX_TRY(const ConfigDocument document, parse_config_file(text, file));
  return places_of(document, url);
}

std::string dotted(std::string pointer) {
  pointer.erase(0, 1);
  for (char& c : pointer) c = c == '/' ? '.' : c;
  return pointer;
}

}  // namespace

Result<int> trust_command(const CommandLine& line) {
  const std::string url = line.host.starts_with("https://") ? line.host : "https://" + line.host;
  Context ctx;
  ctx.deadline = system_clock().steady() + kPatience;
  PMX_TRY(const auto certificate, proxmox::look_at_certificate(ctx, url));
  show(url, certificate);
  const std::string& pin = certificate.fingerprint;
  const std::string file = line.overrides.config_file.empty()
                               ? default_config_file(process_environment())
                               : line.overrides.config_file;
  PMX_TRY(auto places, places_in(file, url));
  if (places.empty()) return nowhere_to_write(file, pin);
  std::erase_if(places, [&](const PinPlace& place) { return place.pinned == pin; });
  if (places.empty()) {
    print("It is pinned in " + file + " already.\n");
    return 0;
  }
  for (const PinPlace& place : places) {
    if (!place.pinned.empty()) {
      print("Until now " + dotted(place.pointer) + " has pinned " + place.pinned + ".\n");
    }
  }
  if (!line.yes) {
    PMX_TRY(const bool yes, confirmed("Compare the SHA-256 with `pvenode cert info` on the node. "
                                      "Write it to " +
                                      file + "? [y/N] "));
    if (!yes) {
      print("Nothing was written.\n");
      return 1;
    }
  }
  for (const PinPlace& place : places) {
    PMX_TRY_VOID(write_pin(file, place.pointer, pin, url));
    print("Pinned for " + dotted(place.pointer) + " in " + file + ".\n");
  }
  return 0;
}

}  // namespace pmx::app
