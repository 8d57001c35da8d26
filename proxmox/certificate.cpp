#include "proxmox/certificate.h"

#include "proxmox/endpoint.h"
#include "proxmox/wire.h"

namespace pmx::proxmox {

Result<PeerCertificate> look_at_certificate(const Context& ctx, const std::string& url) {
  PMX_TRY(const Endpoint endpoint, parse_endpoint(url));
  if (!endpoint.tls) {
    return Error{Code::kInvalidArgument, "an http:// address has no certificate", ""};
  }
  PMX_TRY(const TlsContext tls, TlsContext::make({}, endpoint.host));
  Wire wire(endpoint, &tls, {});
  wire.begin(ctx.deadline);
  const bool opened = wire.open();
  const PeerCertificate peer = wire.peer();
  if (!opened && peer.fingerprint.empty()) return *wire.failure();
  return peer;
}

}  // namespace pmx::proxmox
